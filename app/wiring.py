"""Which adapter stands behind which port."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from secrets import token_hex
from time import monotonic

from fastapi import FastAPI

from app.adapters import champion, onnx_model, schema
from app.adapters.drift_gauges import DriftGauges
from app.adapters.guarded_windows import GuardedWindows
from app.adapters.lease import WitnessedLease
from app.adapters.model_keeper import ModelKeeper
from app.adapters.postgres import Postgres
from app.adapters.postgres_archive import PostgresArchive
from app.adapters.postgres_audit import PostgresAudit
from app.adapters.postgres_decisions import PostgresDecisions
from app.adapters.postgres_drift import PostgresDrift
from app.adapters.postgres_labels import PostgresLabels
from app.adapters.postgres_lists import PostgresLists
from app.adapters.postgres_models import PostgresModels
from app.adapters.postgres_rules import PostgresRules
from app.adapters.postgres_shadow import PostgresShadow
from app.adapters.postgres_windows import PostgresWindows
from app.adapters.redis_primary import CUT_OFF_SECONDS
from app.adapters.redis_windows import RedisWindows
from app.adapters.refill import Refill
from app.adapters.rules_keeper import RulesKeeper
from app.adapters.shadowing import Shadowing
from app.adapters.window_keeper import WindowKeeper
from app.adapters.witness import Witness
from app.api.analysts import Analysts
from app.api.app import Connected, create_app
from app.api.edge import Lifecycle
from app.domain.ruled import Ruled
from app.hindsight import Hindsight
from app.labels import Labelling
from app.line import Limits
from app.ports.decisions import LogAway
from app.ports.models import Model
from app.rating import Rating
from app.registry import Registry
from app.rounds import Rounds
from app.scoring import Scoring
from app.settings import ApiSettings
from app.switched import Switched
from app.telemetry import Telemetry
from app.trials import Trials

_GRACE_SECONDS = 15
"""A failover of Postgres: meanwhile clients get our 503 and not a refused connection."""


def api(settings: ApiSettings, lifecycle: Lifecycle) -> FastAPI:
    """The app on the real stores."""
    telemetry = Telemetry()
    committed = champion.committed()
    switched = Switched(onnx_model.opened(committed.version, committed.card, committed.artifact))
    ruled = Ruled(switched, lambda code: telemetry.rule_hits.labels(code).inc())
    lease = _lease(settings, telemetry)
    limits = Limits(gather_seconds=settings.gather_seconds, waiting=settings.waiting_payments)

    @asynccontextmanager
    async def connected() -> AsyncIterator[Connected]:
        async with (
            Postgres.connected(
                settings,
                telemetry,
                connections=settings.postgres_connections,
                seconds=settings.postgres_timeout_seconds,
                prepared=settings.postgres_prepared_statements,
                lease=lease,
            ) as postgres,
            RedisWindows.connected(settings) as redis,
        ):
            recorded = PostgresWindows(postgres)
            windows = GuardedWindows(redis, recorded, telemetry)
            labels = PostgresLabels(postgres)
            refill = Refill(redis, recorded, labels, telemetry.refills.inc)
            longest = settings.redis_timeout_seconds + settings.postgres_timeout_seconds
            cut_off = CUT_OFF_SECONDS if settings.redis_sentinels else 0
            keeper = WindowKeeper(
                redis, recorded, windows, refill, longest_request=2 * longest + cut_off, lease=lease
            )
            scored = Scoring(windows, ruled, PostgresDecisions(postgres))
            scoring = Rounds(scored, telemetry, limits)
            rules = RulesKeeper(PostgresRules(postgres), ruled, telemetry)
            analysts = _analysts(postgres, recorded, switched, ruled)
            registry, models = _models(
                postgres, committed, switched, telemetry, settings.shadow_per_second
            )
            ready = Readiness(postgres, models.undecided)
            labelling = Labelling(labels, windows)
            async with (
                lease.watching() if lease else nullcontext(),
                keeper.watching(),
                models.watching(),
                DriftGauges(PostgresDrift(postgres), telemetry).watching(),
                rules.watching(),
                scoring.running(),
            ):
                rating = Rating(ruled)
                yield Connected(scoring, rating, labelling, registry, analysts, ready.why_not)

    return create_app(connected, telemetry, lifecycle, lease, limits)


def _lease(settings: ApiSettings, telemetry: Telemetry) -> WitnessedLease | None:
    """Nothing, where there is no other region that could acknowledge."""
    if not settings.lease_url:
        return None
    witness = Witness(
        settings.lease_url,
        user=settings.lease_region,
        password=settings.lease_password.get_secret_value(),
        ca=settings.lease_ca,
    )
    return WitnessedLease(
        witness,
        telemetry,
        region=settings.lease_region,
        process=token_hex(8),
        seconds=settings.lease_seconds,
    )


def _models(
    postgres: Postgres,
    committed: Model,
    switched: Switched,
    telemetry: Telemetry,
    shadow_per_second: int,
) -> tuple[Registry, ModelKeeper]:
    """Who decides: `switched` follows what the registry says."""
    models, results = PostgresModels(postgres, committed), PostgresShadow(postgres)
    shadowing = Shadowing(switched, results, telemetry, per_second=shadow_per_second)
    opens = onnx_model.opened
    keeper = ModelKeeper(models, committed, switched, shadowing, telemetry, opens=opens)
    return Registry(models, results, switched, committed=committed.version, opens=opens), keeper


def _analysts(
    postgres: Postgres, recorded: PostgresWindows, switched: Switched, ruled: Ruled
) -> Analysts:
    """Tests of drafts ask the live model itself: nothing of them is counted or shadowed."""
    archive = PostgresArchive(postgres)
    hindsight = Hindsight(recorded, lambda: switched.live)
    trials = Trials(archive, hindsight, lambda: switched.live, lambda: ruled.ruling)
    books = PostgresRules(postgres), PostgresLists(postgres), PostgresAudit(postgres)
    return Analysts(*books, archive, trials, hindsight)


class Readiness:
    """Ready once Postgres has answered with its schema, and then through its short absences.

    All replicas share one Postgres: were they to leave the service together at once, clients would
    meet a refused connection where we have a clear 503 for them.
    """

    def __init__(self, postgres: Postgres, undecided: Callable[[], str | None]) -> None:
        """`undecided` says why it is not known which model decides, or nothing."""
        self._postgres = postgres
        self._undecided = undecided
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
        return why or self._undecided()
