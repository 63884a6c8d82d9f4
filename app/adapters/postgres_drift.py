"""Runs of the drift job, which ends before anybody could scrape it."""

import json
from typing import Final

from app.adapters.postgres import Postgres
from app.ports.drift import DriftRun

_ADD: Final = """
INSERT INTO drift (version, first, last, payments, psi, computed_at)
VALUES ($1, $2, $3, $4, $5, $6)
"""
_LATEST: Final = """
SELECT version, first, last, payments, psi, computed_at FROM drift
ORDER BY drift_id DESC LIMIT 1
"""
_TIDY: Final = (
    "DELETE FROM drift WHERE computed_at < now() - interval '90 days'",
    "DELETE FROM shadow_scores WHERE scored_at < now() - interval '30 days'",
)


class PostgresDrift:
    """What a run found, and what the latest one did."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def add(self, run: DriftRun) -> None:
        """Keep a run, and let go of what is too old to be looked at."""
        psi = json.dumps(dict(run.psi))
        row = (run.version, run.first, run.last, run.payments, psi, run.computed_at)
        async with self._postgres.session(writes=True) as connection:
            await connection.execute(_ADD, *row)
            for statement in _TIDY:
                await connection.execute(statement)

    async def latest(self) -> DriftRun | None:
        """The last run, if there was any."""
        async with self._postgres.session() as connection:
            row = await connection.fetchrow(_LATEST)
        if row is None:
            return None
        return DriftRun(
            version=row["version"],
            first=row["first"],
            last=row["last"],
            payments=row["payments"],
            psi=json.loads(row["psi"]),
            computed_at=row["computed_at"],
        )
