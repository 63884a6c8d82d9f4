"""The schema that this code was written for."""

from pathlib import Path

import asyncpg

from app.adapters.postgres import Postgres
from app.settings import PostgresSettings

_FOLDER = Path(__file__).parents[1] / "migrations"


def migrate(settings: PostgresSettings) -> str:
    """Take the database to the head; twice at once does no harm. Returns the head."""
    from alembic import command  # noqa: PLC0415 (half a second that the API need not spend)
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["settings"] = settings
    command.upgrade(config, "head")
    return head()


def head() -> str:
    """The last revision that this code knows. Files are named by theirs, and they compare."""
    return max(path.name[:4] for path in (_FOLDER / "versions").glob("[0-9]*.py"))


async def missing(postgres: Postgres, needed: str) -> str | None:
    """What is wrong with the schema. A newer one is not: the next version is being rolled out."""
    async with postgres.session(seconds=1) as connection:
        try:
            found = await connection.fetchval("SELECT version_num FROM alembic_version")
        except asyncpg.UndefinedTableError:
            found = None
    if found is None or found < needed:
        return f"the schema is at {found or 'nothing'}, needed is {needed}: run migrate"
    return None
