"""Who changed what: written in the transaction of the change, and never again."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC
from typing import Any, Final, NamedTuple

import asyncpg

from app.adapters.postgres import Postgres
from app.ports.rules import Change

_LOCK: Final = 0x72756C65
"""Any number: changes come one after the other, so that their numbers ascend as they are seen."""

_WRITE: Final = """
INSERT INTO rules_audit (actor, action, subject, before, after, why)
SELECT $1, $2, subject, before, after, why
FROM unnest($3::text[], $4::jsonb[], $5::jsonb[], $6::text[]) AS line (subject, before, after, why)
"""
_CHANGES: Final = """
SELECT audit_id, at, actor, action, subject, before, after, why FROM rules_audit
WHERE audit_id < $1 ORDER BY audit_id DESC LIMIT $2
"""
HEAD: Final = "SELECT coalesce(max(audit_id), 0) FROM rules_audit"
"""The number of the last change. Whoever has seen it has seen all before it."""


class PostgresAudit:
    """The record of changes, to be read."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def changes(self, before: int, limit: int) -> Sequence[Change]:
        """See the port."""
        async with self._postgres.session() as connection:
            rows = await connection.fetch(_CHANGES, before, limit)
        return [_change(row) for row in rows]


@asynccontextmanager
async def changing(postgres: Postgres) -> AsyncIterator[asyncpg.Connection]:
    """A transaction in which to change something and to write that down. One at a time."""
    async with postgres.session(writes=True) as connection, connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
        yield connection


class Line(NamedTuple):
    """What was changed, and what it was before and after."""

    subject: str
    before: Any = None
    after: Any = None
    why: str = ""


async def write(
    connection: asyncpg.Connection, actor: str, action: str, lines: Sequence[Line]
) -> None:
    """Lines of the audit, in one statement however many."""
    columns = (
        [line.subject for line in lines],
        [_json(line.before) for line in lines],
        [_json(line.after) for line in lines],
        [line.why for line in lines],
    )
    await connection.execute(_WRITE, actor, action, *columns)


def _json(told: Any) -> str | None:
    return None if told is None else json.dumps(told)


def _change(row: asyncpg.Record) -> Change:
    before, after = (row[name] and json.loads(row[name]) for name in ("before", "after"))
    return Change(
        row["audit_id"],
        row["at"].astimezone(UTC),
        row["actor"],
        row["action"],
        row["subject"],
        before,
        after,
        row["why"],
    )
