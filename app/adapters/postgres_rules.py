"""Rule sets in Postgres. The database itself refuses to change what was live (see 0003)."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import asyncpg

from app.adapters.postgres import Postgres
from app.adapters.postgres_audit import HEAD, Line, changing, write
from app.adapters.postgres_lists import entries_of
from app.definitions import Definition
from app.domain.rules import BUILT_IN, RuleSet
from app.domain.ruling import Lists
from app.ports.refusals import Refused, Unknown
from app.ports.rules import Standing, State, Stored

_COLUMNS: Final = """version, state, definition, author, created_at, edition, test, tested_at,
    live_by, live_at"""
_GET: Final = f"SELECT {_COLUMNS} FROM rule_sets WHERE version = $1"  # noqa: S608 (ours)
_PAGE: Final = f"""
SELECT {_COLUMNS} FROM rule_sets WHERE version < $1 ORDER BY version DESC LIMIT $2
"""  # noqa: S608
_LIVE: Final = f"SELECT {_COLUMNS} FROM rule_sets WHERE state = 'live'"  # noqa: S608
_CREATE: Final = f"""
INSERT INTO rule_sets (version, definition, author)
SELECT coalesce(max(version), 0) + 1, $1::jsonb, $2 FROM rule_sets RETURNING {_COLUMNS}
"""  # noqa: S608
_REPLACE: Final = f"""
UPDATE rule_sets SET definition = $2::jsonb, author = $3, edition = edition + 1,
    test = NULL, tested_at = NULL
WHERE version = $1 RETURNING {_COLUMNS}
"""  # noqa: S608
_TESTED: Final = """
UPDATE rule_sets SET test = $3::jsonb, tested_at = clock_timestamp()
WHERE version = $1 AND edition = $2 RETURNING version
"""
_RETIRE: Final = "UPDATE rule_sets SET state = 'retired' WHERE state = 'live'"
_GO_LIVE: Final = """
UPDATE rule_sets SET state = 'live', live_by = $2, live_at = clock_timestamp() WHERE version = $1
"""


class PostgresRules:
    """See the port `RuleBook`."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def create(self, rules: RuleSet, note: str, actor: str) -> Stored:
        """See the port."""
        definition = _written(rules, note)
        async with changing(self._postgres) as connection:
            (row,) = await connection.fetch(_CREATE, json.dumps(definition), actor)
            line = Line(_subject(row["version"]), after=definition)
            await write(connection, actor, "draft", [line])
        return _stored(row)

    async def replace(self, rules: RuleSet, note: str, actor: str) -> Stored:
        """See the port."""
        definition, subject = _written(rules, note), _subject(rules.version)
        async with changing(self._postgres) as connection:
            before = await _get(connection, rules.version)
            if before.state is not State.DRAFT:
                raise Refused(f"{subject} is {before.state} and stays as it is; make a new draft")
            arguments = rules.version, json.dumps(definition), actor
            (row,) = await connection.fetch(_REPLACE, *arguments)
            old = _written(before.rules, before.note)
            await write(connection, actor, "draft", [Line(subject, old, definition)])
        return _stored(row)

    async def get(self, version: int) -> Stored:
        """See the port."""
        async with self._postgres.session() as connection:
            return await _get(connection, version)

    async def page(self, before: int, limit: int) -> Sequence[Stored]:
        """See the port."""
        async with self._postgres.session() as connection:
            rows = await connection.fetch(_PAGE, before, limit)
        return [_stored(row) for row in rows]

    async def tested(self, stored: Stored, found: Mapping[str, Any], actor: str) -> None:
        """See the port."""
        version = stored.rules.version
        async with changing(self._postgres) as connection:
            arguments = version, stored.edition, json.dumps(found)
            if not await connection.fetch(_TESTED, *arguments):
                raise Refused(f"{_subject(version)} was written again meanwhile; test it again")
            await write(connection, actor, "test", [Line(_subject(version), after=found)])

    async def go_live(self, version: int, actor: str, why: str, *, forced: bool) -> None:
        """See the port."""
        async with changing(self._postgres) as connection:
            live = await _live(connection)
            after = await _get(connection, version) if version else None
            _may_go_live(live, after, forced=forced)
            await connection.execute(_RETIRE)
            if after:
                await connection.execute(_GO_LIVE, version, actor)
            back = after is None or after.state is State.RETIRED
            action = "rollback" if back else "forced live" if forced else "live"
            line = Line(_subject(version), _told(live), _told(after), why)
            await write(connection, actor, action, [line])

    async def standing(self, known: int | None) -> Standing | None:
        """See the port. The revision is read first: what changes after it is seen next time."""
        async with self._postgres.session() as connection:
            revision: int = await connection.fetchval(HEAD)
            if revision == known:
                return None
            live = await _live(connection)
            rules = live.rules if live else BUILT_IN
            lists, good_until = await entries_of(connection, rules)
        return Standing(revision, rules, lists, good_until)

    async def lists(self, named: RuleSet) -> Lists:
        """See the port."""
        async with self._postgres.session() as connection:
            lists, _ = await entries_of(connection, named)
        return lists


def _may_go_live(live: Stored | None, after: Stored | None, *, forced: bool) -> None:
    version = after.rules.version if after else 0
    if version == (live.rules.version if live else 0):
        raise Refused(f"{_subject(version)} is live already")
    if after and after.state is State.DRAFT and after.tested_at is None and not forced:
        raise Refused(
            f"{_subject(version)} was not test-run since it was last written; test it first,"
            " or force it and say why"
        )


async def _get(connection: asyncpg.Connection, version: int) -> Stored:
    rows = await connection.fetch(_GET, version)
    if not rows:
        raise Unknown(f"there is no rule set {version}")
    return _stored(rows[0])


async def _live(connection: asyncpg.Connection) -> Stored | None:
    rows = await connection.fetch(_LIVE)
    return _stored(rows[0]) if rows else None


def _stored(row: asyncpg.Record) -> Stored:
    definition = Definition.model_validate_json(row["definition"])
    return Stored(
        definition.rule_set(row["version"]),
        definition.note,
        State(row["state"]),
        row["author"],
        row["created_at"].astimezone(UTC),
        row["edition"],
        row["test"] and json.loads(row["test"]),
        _utc(row["tested_at"]),
        row["live_by"],
        _utc(row["live_at"]),
    )


def _utc(moment: datetime | None) -> datetime | None:
    return moment and moment.astimezone(UTC)


def _subject(version: int) -> str:
    return f"rules {version}"


def _told(stored: Stored | None) -> dict[str, Any]:
    """What the audit keeps of what was live: all of it, so that limits can be read there."""
    if stored is None:
        return {"version": 0}
    return {"version": stored.rules.version} | _written(stored.rules, stored.note)


def _written(rules: RuleSet, note: str) -> dict[str, Any]:
    return Definition.of(rules, note).model_dump(mode="json")
