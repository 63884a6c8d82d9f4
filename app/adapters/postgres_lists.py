"""Named lists of customers and terminals in Postgres."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import asyncpg

from app.adapters.postgres import Postgres
from app.adapters.postgres_audit import Line, changing, write
from app.domain.rules import Listed, Party, RuleSet
from app.domain.ruling import Lists
from app.ports.refusals import Refused, Unknown
from app.ports.rules import Entry

MOST_ENTRIES: Final = 100_000
"""Of all lists together: every replica holds those that live rules name in memory."""

_NAMES: Final = """
SELECT list, party, count(*) AS entries FROM list_entries
WHERE expires_at IS NULL OR expires_at > clock_timestamp()
GROUP BY list, party ORDER BY list, party
"""
_COLUMNS: Final = "list, party, id, why, added_by, added_at, expires_at"
_PAGE: Final = f"""
SELECT {_COLUMNS} FROM list_entries WHERE list = $1 AND (party, id) > ($2, $3)
ORDER BY party, id LIMIT $4
"""  # noqa: S608 (ours)
_BEFORE: Final = f"""
SELECT {_COLUMNS} FROM list_entries
JOIN unnest($1::text[], $2::text[], $3::bigint[]) AS asked (list, party, id)
USING (list, party, id)
"""  # noqa: S608
_ADD: Final = """
INSERT INTO list_entries (list, party, id, why, added_by, expires_at)
SELECT list, party, id, why, $6, expires_at
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::timestamptz[])
    AS given (list, party, id, why, expires_at)
ON CONFLICT (list, party, id) DO UPDATE SET why = excluded.why, added_by = excluded.added_by,
    added_at = clock_timestamp(), expires_at = excluded.expires_at
"""
_COUNT: Final = "SELECT count(*) FROM list_entries"
_REMOVE: Final = f"""
DELETE FROM list_entries WHERE list = $1 AND party = $2 AND id = $3 RETURNING {_COLUMNS}
"""  # noqa: S608
_NAMED: Final = """
SELECT list, party, id, expires_at FROM list_entries
WHERE list = ANY($1::text[]) AND (expires_at IS NULL OR expires_at > clock_timestamp())
"""


class PostgresLists:
    """See the port `ListBook`."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def names(self) -> Sequence[tuple[str, Party, int]]:
        """See the port."""
        async with self._postgres.session() as connection:
            rows = await connection.fetch(_NAMES)
        return [(row["list"], row["party"], row["entries"]) for row in rows]

    async def entries(self, name: str, after: tuple[str, int], limit: int) -> Sequence[Entry]:
        """See the port."""
        async with self._postgres.session() as connection:
            rows = await connection.fetch(_PAGE, name, *after, limit)
        return [_entry(row) for row in rows]

    async def add(self, entries: Sequence[Entry], actor: str) -> None:
        """See the port. Each entry is a line of the audit."""
        keys = [[one.list for one in entries], [one.of for one in entries], [e.id for e in entries]]
        rest = [one.why for one in entries], [one.expires_at for one in entries]
        async with changing(self._postgres) as connection:
            found = [_entry(row) for row in await connection.fetch(_BEFORE, *keys)]
            before = {(one.list, one.of, one.id): one for one in found}
            await connection.execute(_ADD, *keys, *rest, actor)
            if (total := await connection.fetchval(_COUNT)) > MOST_ENTRIES:
                raise Refused(f"lists would have {total} entries: at most {MOST_ENTRIES} in all")
            lines = [_line(one, before.get((one.list, one.of, one.id))) for one in entries]
            await write(connection, actor, "list", lines)

    async def remove(self, name: str, of: Party, one: int, actor: str, why: str) -> None:
        """See the port."""
        async with changing(self._postgres) as connection:
            rows = await connection.fetch(_REMOVE, name, of, one)
            if not rows:
                raise Unknown(f"{of} {one} is not on the list {name}")
            entry = _entry(rows[0])
            line = Line(_subject(entry), before=_told(entry), why=why)
            await write(connection, actor, "unlist", [line])


async def entries_of(
    connection: asyncpg.Connection, rules: RuleSet
) -> tuple[Lists, datetime | None]:
    """What the lists hold that these rules name, and when the next of it expires."""
    named = sorted({rule.list for rule in rules.rules if isinstance(rule, Listed)})
    if not named:
        return {}, None
    ids: defaultdict[tuple[str, Party], set[int]] = defaultdict(set)
    ends = []
    for row in await connection.fetch(_NAMED, named):
        ids[row["list"], row["party"]].add(row["id"])
        if row["expires_at"]:
            ends.append(row["expires_at"])
    return {key: frozenset(some) for key, some in ids.items()}, min(ends, default=None)


def _entry(row: asyncpg.Record) -> Entry:
    expires = row["expires_at"]
    return Entry(
        row["list"],
        row["party"],
        row["id"],
        row["why"],
        row["added_by"],
        row["added_at"].astimezone(UTC),
        expires and expires.astimezone(UTC),
    )


def _line(entry: Entry, before: Entry | None) -> Line:
    return Line(_subject(entry), before and _told(before), _told(entry), entry.why)


def _subject(entry: Entry) -> str:
    return f"list {entry.list}: {entry.of} {entry.id}"


def _told(entry: Entry) -> dict[str, Any]:
    return {"why": entry.why, "until": entry.expires_at and entry.expires_at.isoformat()}
