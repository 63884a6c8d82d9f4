import asyncpg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from app.adapters import schema
from tests.unit.app.adapters.postgres_fake import postgres


def test_the_files_names_are_their_revisions() -> None:
    config = Config()
    config.set_main_option("script_location", str(schema._FOLDER))
    steps = ScriptDirectory.from_config(config)

    assert steps.get_current_head() == schema.head()
    assert all(f"/{step.revision}_" in step.path for step in steps.walk_revisions())


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ("0001", None),
        ("0002", None),
        ("0000", "the schema is at 0000, needed is 0001: run migrate"),
        (None, "the schema is at nothing, needed is 0001: run migrate"),
        (asyncpg.UndefinedTableError(), "the schema is at nothing, needed is 0001: run migrate"),
    ],
)
async def test_an_older_schema_is_missing_something_a_newer_one_is_not(
    found: object, said: str | None
) -> None:
    database, connection, _ = postgres()
    connection.answers = [found]

    assert await schema.missing(database, "0001") == said
