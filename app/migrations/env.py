"""Runs the steps in one transaction, one process at a time."""

import asyncio

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from app.adapters.postgres import target
from app.settings import PostgresSettings

_LOCK = 0x62776B  # any number, the same in every version


def _migrate(connection: Connection) -> None:
    context.configure(connection=connection)
    with context.begin_transaction():
        # A second run waits here, then finds nothing left to do.
        context.execute("SET LOCAL statement_timeout = 0")
        context.execute("SET LOCAL lock_timeout = '60s'")
        context.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        context.run_migrations()


async def _connected(settings: PostgresSettings) -> None:
    where = target(settings)
    encryption = where.pop("ssl")
    url = URL.create(
        "postgresql+asyncpg",
        username=where["user"],
        password=where["password"],
        host=where["host"],
        port=where["port"],
        database=where["database"],
    )
    engine = create_async_engine(url, poolclass=NullPool, connect_args={"ssl": encryption})
    async with engine.connect() as connection:
        await connection.run_sync(_migrate)
    await engine.dispose()


asyncio.run(_connected(context.config.attributes["settings"]))
