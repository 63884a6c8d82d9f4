"""Which adapter stands behind which port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

from fastapi import FastAPI

from app.adapters import onnx_model, schema
from app.adapters.guarded_windows import GuardedWindows
from app.adapters.postgres import Postgres
from app.adapters.postgres_decisions import PostgresDecisions
from app.adapters.postgres_labels import PostgresLabels
from app.adapters.postgres_windows import PostgresWindows
from app.adapters.redis_windows import RedisWindows
from app.adapters.refill import Refill
from app.adapters.window_keeper import WindowKeeper
from app.api.app import Connected, create_app
from app.api.edge import Lifecycle
from app.labels import Labelling
from app.ports.decisions import LogAway
from app.scoring import Scoring
from app.settings import ApiSettings
from app.telemetry import Telemetry

_GRACE_SECONDS = 15
"""A failover of Postgres: meanwhile clients get our 503 and not a refused connection."""


def api(settings: ApiSettings, lifecycle: Lifecycle) -> FastAPI:
    """The app on the real stores."""
    telemetry = Telemetry()
    judge = onnx_model.load()

    @asynccontextmanager
    async def connected() -> AsyncIterator[Connected]:
        async with (
            Postgres.connected(
                settings,
                telemetry,
                connections=settings.postgres_connections,
                seconds=settings.postgres_timeout_seconds,
                prepared=settings.postgres_prepared_statements,
            ) as postgres,
            RedisWindows.connected(settings) as redis,
        ):
            recorded = PostgresWindows(postgres)
            windows = GuardedWindows(redis, recorded, telemetry)
            labels = PostgresLabels(postgres)
            refill = Refill(redis, recorded, labels, telemetry.refills.inc)
            longest = settings.redis_timeout_seconds + settings.postgres_timeout_seconds
            keeper = WindowKeeper(redis, recorded, windows, refill, longest_request=2 * longest)
            scoring = Scoring(windows, judge, PostgresDecisions(postgres))
            async with keeper.watching():
                yield Connected(scoring, Labelling(labels, windows), Readiness(postgres).why_not)

    return create_app(connected, telemetry, lifecycle)


class Readiness:
    """Ready once Postgres has answered with its schema, and then through its short absences.

    All replicas share one Postgres: were they to leave the service together at once, clients would
    meet a refused connection where we have a clear 503 for them.
    """

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres
        self._head = schema.head()
        self._good_until = 0.0

    async def why_not(self) -> str | None:
        """Why the service can not answer now, or nothing."""
        try:
            why = await schema.missing(self._postgres, self._head)
        except LogAway as away:
            return str(away) if monotonic() > self._good_until else None
        if why is None:
            self._good_until = monotonic() + _GRACE_SECONDS
        return why
