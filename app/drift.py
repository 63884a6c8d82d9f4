"""Holds the last week's payments against the training data of the model that decides.

A week, because a window that holds a weekend or not would drift every few days by itself.
"""

import asyncio
from datetime import UTC, datetime
from typing import Any, Final

from app.adapters import onnx_model
from app.adapters.champion import champion, committed
from app.adapters.postgres import Postgres
from app.adapters.postgres_drift import PostgresDrift
from app.adapters.postgres_models import PostgresModels
from app.adapters.postgres_payments import PostgresPayments
from app.domain.drift import DRIFTED, SHIFTED, drift
from app.domain.features import matrix
from app.domain.transactions import DAY, Transactions
from app.domain.windows import TERMINAL_DAYS
from app.ports.drift import DriftRun
from app.ports.models import Model
from app.settings import PostgresSettings
from app.telemetry import Telemetry

_WEEK: Final = 7


def run(settings: PostgresSettings) -> None:
    """Compute, keep, and say what drifted."""
    asyncio.run(_run(settings))


async def _run(settings: PostgresSettings) -> None:
    async with Postgres.connected(settings, Telemetry(), connections=2, seconds=60) as postgres:
        model = await champion(PostgresModels(postgres, committed()))
        payments = await PostgresPayments(postgres).recent(_WEEK + TERMINAL_DAYS)
        found = measured(model, payments)
        await PostgresDrift(postgres).add(found)
    for line in told(found):
        print(line)


def measured(model: Model, payments: Transactions) -> DriftRun:
    """The drift of the last week of these payments, whose windows look back on the others."""
    rows = matrix(payments)
    last = int(payments.times.max(initial=0))
    asked = payments.times > last - _WEEK * DAY
    times = payments.times[asked]
    known: Any = model.card.get("reference", {})
    judge = onnx_model.opened(model.version, model.card, model.artifact)
    scores = judge.scorer.probabilities(rows[asked])
    return DriftRun(
        version=model.version,
        first=_moment(int(times[0])) if len(times) else None,
        last=_moment(last) if len(times) else None,
        payments=len(times),
        psi=drift(known, rows[asked], scores),
        computed_at=datetime.now(UTC),
    )


def told(run: DriftRun) -> list[str]:
    """For the job's log, what drifted most first."""
    lines = [f"{run.payments:,} payments against the training data of {run.version}"]
    if not run.psi:
        lines.append("nothing to tell: too few payments, or a card without a reference")
    for name, psi in sorted(run.psi.items(), key=lambda it: -it[1]):
        grade = "drifted" if psi >= DRIFTED else "shifted" if psi >= SHIFTED else "stable"
        lines.append(f"{name:24} {psi:7.4f} {grade}")
    return lines


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
