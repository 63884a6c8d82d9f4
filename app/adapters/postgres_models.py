"""The registry in the ledger's Postgres: the service needs nothing else to know what is live."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg

from app.adapters.postgres import Postgres
from app.ports.models import Alias, Gate, Kind, Model, Move, Roles
from app.ports.refusals import Refused, Unknown

_LOCK: Final = 0x6D6F6465
"""Any number: who moves aliases does so alone."""
_SECONDS: Final = 10
"""For artifacts, which are some hundred kilobytes."""

_ROLES: Final = "SELECT alias, version FROM model_roles WHERE version IS NOT NULL"
_GET: Final = "SELECT card, artifact FROM models WHERE version = $1"
_PUBLISH: Final = """
INSERT INTO models (version, sha256, card, artifact, published_by) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING RETURNING version
"""
_JUDGED: Final = """
INSERT INTO model_gates (version, against, passed, checks, judged_by) VALUES ($1, $2, $3, $4, $5)
"""
_GATES: Final = """
SELECT version, against, passed, checks, judged_by, judged_at FROM model_gates
WHERE version = $1 ORDER BY gate_id DESC LIMIT $2
"""
_PASSED: Final = """
SELECT max(gate_id) FROM model_gates WHERE version = $1 AND against = $2 AND passed
"""
_MOVE: Final = """
INSERT INTO model_moves (alias, version, kind, actor, reason, gate_id, rolled_back)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
_HISTORY: Final = """
SELECT alias, version, kind, actor, reason, moved_at FROM model_moves
ORDER BY move_id DESC LIMIT $1
"""


class PostgresModels:
    """See the port. `committed` is the image's own model, which decides while no other may."""

    def __init__(self, postgres: Postgres, committed: Model) -> None:
        self._postgres = postgres
        self._committed = committed

    async def roles(self) -> Roles:
        """See the port."""
        async with self._postgres.session() as connection:
            return await _roles(connection)

    async def get(self, version: str) -> Model:
        """See the port."""
        async with self._postgres.session(seconds=_SECONDS) as connection:
            row = await connection.fetchrow(_GET, version)
        if row is None:
            raise Unknown(f"there is no model {version}")
        return Model(version, json.loads(row["card"]), row["artifact"])

    async def publish(self, model: Model, actor: str) -> bool:
        """See the port."""
        async with self._postgres.session(writes=True, seconds=_SECONDS) as connection:
            return await _publish(connection, model, actor)

    async def judged(self, gate: Gate) -> None:
        """See the port."""
        checks = json.dumps(list(gate.checks))
        row = (gate.version, gate.against, gate.passed, checks, gate.judged_by)
        async with self._postgres.session(writes=True) as connection:
            await connection.execute(_JUDGED, *row)

    async def gates(self, version: str, most: int) -> Sequence[Gate]:
        """See the port."""
        async with self._postgres.session() as connection:
            rows = await connection.fetch(_GATES, version, most)
        return [
            Gate(
                version=row["version"],
                against=row["against"],
                passed=row["passed"],
                checks=json.loads(row["checks"]),
                judged_by=row["judged_by"],
                at=row["judged_at"],
            )
            for row in rows
        ]

    async def challenge(self, version: str | None, actor: str, reason: str) -> None:
        """See the port."""
        async with (
            self._postgres.session(writes=True) as connection,
            _moving(connection, actor, reason) as moves,
        ):
            if version == await moves.champion(self._committed.version):
                raise Refused(f"model {version} decides: it can not challenge itself")
            kind = Kind.CHALLENGE if version else Kind.WITHDRAWAL
            await moves.give(Alias.CHALLENGER, version, kind)

    async def promote(self, version: str, actor: str, reason: str, *, forced: bool) -> None:
        """See the port."""
        async with (
            self._postgres.session(writes=True, seconds=_SECONDS) as connection,
            _moving(connection, actor, reason) as moves,
        ):
            await _publish(connection, self._committed, "the service's image")
            live = await moves.champion(self._committed.version)
            if version == live:
                raise Refused(f"model {version} decides already")
            gate = await connection.fetchval(_PASSED, version, live)
            if gate is None and not forced:
                raise Refused(
                    f"model {version} has not passed a gate against {live}, which decides;"
                    " let the trainer judge it, or force it and say why"
                )
            kind = Kind.FORCED if forced else Kind.PROMOTION
            await moves.give(Alias.CHAMPION, version, kind, gate=gate)
            await moves.give(Alias.PREVIOUS, live, kind)
            if (await _roles(connection)).get(Alias.CHALLENGER) == version:
                await moves.give(Alias.CHALLENGER, None, kind)

    async def roll_back(self, expected: str | None, actor: str, reason: str) -> str:
        """See the port."""
        async with (
            self._postgres.session(writes=True) as connection,
            _moving(connection, actor, reason) as moves,
        ):
            roles = await _roles(connection)
            live = roles.get(Alias.CHAMPION, self._committed.version)
            if expected not in {None, live}:
                raise Refused(f"model {live} decides, not {expected}; nothing was changed")
            previous = roles.get(Alias.PREVIOUS)
            if previous is None:
                raise Refused(f"model {live} decides, and there is none to go back to")
            kind = Kind.ROLLBACK
            await moves.give(Alias.CHAMPION, previous, kind, rolled_back=live)
            await moves.give(Alias.PREVIOUS, None, kind)
            return previous

    async def history(self, most: int) -> Sequence[Move]:
        """See the port."""
        async with self._postgres.session() as connection:
            rows = await connection.fetch(_HISTORY, most)
        return [Move(Alias(row[0]), row[1], Kind(row[2]), *row[3:]) for row in rows]


@asynccontextmanager
async def _moving(
    connection: asyncpg.Connection, actor: str, reason: str
) -> AsyncIterator["_Moves"]:
    """A transaction that moves aliases, alone."""
    async with connection.transaction():
        await connection.execute(f"SELECT pg_advisory_xact_lock({_LOCK})")
        yield _Moves(connection, actor, reason)


class _Moves:
    """Moves in one transaction. The table's own rules have the last word."""

    def __init__(self, connection: asyncpg.Connection, actor: str, reason: str) -> None:
        self._connection = connection
        self._why = actor, reason

    async def champion(self, committed: str) -> str:
        return (await _roles(self._connection)).get(Alias.CHAMPION, committed)

    async def give(
        self,
        alias: Alias,
        version: str | None,
        kind: Kind,
        *,
        gate: int | None = None,
        rolled_back: str | None = None,
    ) -> None:
        row = (alias.value, version, kind.value, *self._why, gate, rolled_back)
        try:
            await self._connection.execute(_MOVE, *row)
        except asyncpg.ForeignKeyViolationError:
            raise Unknown(f"there is no model {version}") from None
        except asyncpg.CheckViolationError as refusal:
            raise Refused(str(refusal)) from None


async def _roles(connection: asyncpg.Connection) -> dict[Alias, str]:
    return {Alias(row["alias"]): row["version"] for row in await connection.fetch(_ROLES)}


async def _publish(connection: asyncpg.Connection, model: Model, actor: str) -> bool:
    card: dict[str, Any] = dict(model.card)
    row = (model.version, card["sha256"], json.dumps(card), model.artifact, actor)
    try:
        made = await connection.fetchval(_PUBLISH, *row)
    except asyncpg.CheckViolationError as refusal:
        raise Refused(f"model {model.version} is not what its card says: {refusal}") from None
    if made is None:
        known = await connection.fetchval(
            "SELECT sha256 FROM models WHERE version = $1", model.version
        )
        if known != card["sha256"]:
            raise Refused(
                f"model {model.version} is kept with other bytes: give this one another version"
            )
    return made is not None
