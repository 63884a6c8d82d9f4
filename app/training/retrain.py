"""The role `train`: a new model from the ledger's own payments, judged before it may decide.

    python -m app train

It trains as the champion was: some weeks, then a week's delay in which labels come in, then the
newest fully labelled week to judge by. Thresholds come from the weeks before. What comes out is
published as the challenger, with what its gate found; whether that lets it decide, the registry
says.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from time import perf_counter
from typing import Any, Final

import numpy as np

from app.adapters import onnx_model
from app.adapters.champion import champion, committed
from app.adapters.postgres import Postgres
from app.adapters.postgres_models import PostgresModels
from app.adapters.postgres_payments import PostgresPayments
from app.domain.drift import drift
from app.domain.features import matrix
from app.domain.gate import Check, Evidence, checks
from app.domain.scoring import Judge
from app.domain.transactions import DAY, Floats, Transaction, Transactions
from app.domain.windows import LABEL_DELAY, TERMINAL_DAYS
from app.ports.models import Gate, Model, Models
from app.ports.refusals import Refused
from app.settings import TrainSettings
from app.telemetry import Telemetry
from app.training import thresholds
from app.training.booster import Parameters, fit, scores
from app.training.card import card
from app.training.metrics import quality
from app.training.mlflow_registry import MlflowRegistry
from app.training.onnx_export import to_onnx
from app.training.protocol import WEEK, Dataset, Fold, Part
from app.training.selection import Selection

ACTOR: Final = "trainer"
_FOLDS: Final = 2
"""Validation weeks at most; thresholds need one."""
_DAYS: Final = TERMINAL_DAYS + LABEL_DELAY + (2 + _FOLDS + 1) * WEEK
"""What is read, and as many weeks more as a model is trained on before its last one."""
_TIMED: Final = 200


class TooLittleError(Exception):
    """The ledger does not hold what training needs. One line says what is missing."""


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A model and what was found when it was made."""

    model: Model
    parity: float
    test: Part
    psi: Mapping[str, float]


def run(settings: TrainSettings) -> None:
    """Train, judge, publish; with `train_promote`, let it decide if its gate says so."""
    try:
        asyncio.run(_run(settings))
    except TooLittleError as why:
        print(f"nothing to train: {why}")


async def _run(settings: TrainSettings) -> None:
    async with Postgres.connected(settings, Telemetry(), connections=2, seconds=60) as postgres:
        parameters = Selection.read().champion
        days = _DAYS + (parameters.weeks - 1) * WEEK
        payments = await PostgresPayments(postgres).recent(days)
        print(f"{len(payments):,} payments of the last {days} days", flush=True)
        trained = train(payments, parameters)
        models = PostgresModels(postgres, committed())
        decides = await champion(models)
        found = judge(trained, decides)
        await _register(models, trained.model, decides.version, found, settings)
        if settings.mlflow_url:
            registry = MlflowRegistry(settings)
            registry.log(trained.model, found)
            await registry.mirror(models)
            print(f"registered with MLflow as {settings.model_name}")


async def _register(
    models: Models, model: Model, against: str, found: list[Check], settings: TrainSettings
) -> None:
    passed = all(check.passed for check in found)
    await models.publish(model, ACTOR)
    gate = Gate(model.version, against, passed, [check.as_json() for check in found], ACTOR)
    await models.judged(gate)
    for check in found:
        print(check.line)
    print(f"gate of {model.version} against {against}: {'passed' if passed else 'FAILED'}")
    try:
        await models.challenge(model.version, ACTOR, "trained on the newest labelled weeks")
        if settings.train_promote:
            await models.promote(model.version, ACTOR, "passed its gate", forced=False)
            print(f"model {model.version} decides from now on")
    except Refused as why:
        print(f"not promoted: {why}")


def train(payments: Transactions, parameters: Parameters) -> Trained:
    """The newest model that these payments can make, or `TooLittleError`."""
    dataset, fold = _latest(payments)
    earlier = [Fold(fold.train - WEEK * (back + 1)) for back in range(_FOLDS)]
    earlier = [one for one in earlier if one.train >= 0]
    held_out = [_validated(dataset, one, parameters) for one in earlier]
    pooled = np.concatenate([given for _, given in held_out])
    frauds = np.concatenate([part.frauds for part, _ in held_out])
    limits = thresholds.choose(pooled, frauds, days=WEEK * len(earlier))

    learned, test = _split(dataset, fold, parameters)
    booster = fit(learned, parameters)
    artifact = to_onnx(booster)
    digest = hashlib.sha256(artifact).hexdigest()
    last = datetime.fromtimestamp(dataset.start + (fold.train + WEEK - 1) * DAY, UTC)
    version = f"lightgbm-{last:%Y-%m-%d}-{digest[:8]}"
    given = onnx_model.OnnxModel(version, artifact).probabilities(test.rows)
    written = card(
        name=version,
        model=artifact,
        parameters=parameters,
        train=learned,
        train_scores=scores(booster, learned.rows),
        test=test,
        test_scores=given,
        qualities={"test": quality(test.payments, given)},
        thresholds=limits,
    )
    return Trained(
        model=Model(version, written | _of_the_ledger(dataset, fold), artifact),
        parity=float(np.abs(scores(booster, test.rows) - given).max()),
        test=test,
        psi=drift(written["reference"], test.rows, given),
    )


def judge(trained: Trained, decides: Model) -> list[Check]:
    """The gate: the new model against the one that decides, on the same week."""
    both = {
        name: onnx_model.opened(model.version, model.card, model.artifact)
        for name, model in (("champion", decides), ("challenger", trained.model))
    }
    rows = trained.test.rows
    given = {name: one.scorer.probabilities(rows) for name, one in both.items()}
    return checks(
        Evidence(
            frauds=trained.test.frauds,
            champion=given["champion"],
            challenger=given["challenger"],
            parity=trained.parity,
            seconds={name: _seconds(one, rows[:_TIMED]) for name, one in both.items()},
            psi=trained.psi,
        )
    )


def _latest(payments: Transactions) -> tuple[Dataset, Fold]:
    """The data set, and its fold that is tested on the last week whose labels are all known."""
    if not len(payments):
        raise TooLittleError("the ledger holds no payments; load some: python -m app backfill")
    start = int(payments.times[0] // DAY * DAY)
    days = int((payments.times[-1] + 1 - start) // DAY)
    fold = Fold(days - LABEL_DELAY - WEEK - 2 * WEEK)
    if fold.train < WEEK:
        needed = LABEL_DELAY + WEEK + 2 * WEEK + WEEK
        raise TooLittleError(f"the ledger holds {days} days of payments, training needs {needed}")
    return Dataset(Part(payments, matrix(payments)), start, days), fold


def _validated(dataset: Dataset, fold: Fold, parameters: Parameters) -> tuple[Part, Floats]:
    learned, test = _split(dataset, fold, parameters)
    return test, scores(fit(learned, parameters), test.rows)


def _split(dataset: Dataset, fold: Fold, parameters: Parameters) -> tuple[Part, Part]:
    """Training reaches back as far as the champion's did, or as the ledger does."""
    return dataset.split(fold, min(parameters.weeks, fold.train // WEEK + 1))


def _of_the_ledger(dataset: Dataset, fold: Fold) -> dict[str, Any]:
    """What is different on the card of a model that was trained again."""
    days = {"train": fold.train, "test": fold.test}
    first = datetime.fromtimestamp(dataset.start, UTC)
    return {
        "data": {"source": "the ledger's payments and labels", "first_day": f"{first:%Y-%m-%d}"},
        "split": {"first_days": "counted from first_day", **days},
    }


def _seconds(judge: Judge, rows: Floats) -> float:
    """Of one payment that is explained, the median."""
    took = []
    payment = [Transaction(0, 0, 0, 1.0, 0)]
    for row in rows:
        start = perf_counter()
        judge.decide(payment, row[None, :])
        judge.explain(row[None, :])
        took.append(perf_counter() - start)
    return median(took)
