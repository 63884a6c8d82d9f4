"""A stream through the deployed service, each feature and score beside the offline ones."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import httpx
import numpy as np

from app.adapters import onnx_model
from app.domain.features import FEATURES, matrix
from app.domain.transactions import Floats, Transaction
from app.replay import BATCH, Client
from app.training.arrivals import rows
from tests.e2e.disorder import Plan

LABELS = 1000
"""At once."""
SOURCE = "shadow-test"


@dataclass(frozen=True, kw_only=True)
class Shadow:
    """How far the service was from training, payment by payment."""

    told: int
    compared: int
    """Those whose answer carried features. A payment that was known before has none."""
    decided_now: int
    degraded: int
    retries: int
    labels: int
    out_of_order: int
    late_labels: int
    corrected_labels: int
    moved: int
    """Payments whose features lateness or wrong labels made others than in order."""
    features: dict[str, float]
    """The largest difference of each."""
    score: float
    """Likewise."""
    models: list[str]
    seconds: float

    @property
    def feature(self) -> float:
        """The largest difference of any feature."""
        return max(self.features.values())


def shadow(
    api: httpx.Client, plan: Plan, *, singles: int, progress: Callable[[int], None] | None = None
) -> Shadow:
    """Tell the plan, some payments of each step singly, and compare with the offline answer."""
    began, started = datetime.now(UTC), time.monotonic()
    client = Client(api, features=True)
    labels = _tell(client, plan, singles, progress or (lambda _: None))
    seconds = time.monotonic() - started

    told, payments = plan.told, plan.stream.payments
    answers = [client.answers.decisions[number] for number in payments.ids[told].tolist()]
    with_features = np.array([one["features"] is not None for one in answers])
    offline = rows(plan.stream, told)
    in_order = matrix(payments)[told]
    apart = np.abs(_features(answers) - offline[with_features])
    scores = np.array([one["score"] for one in answers])
    return Shadow(
        told=len(told),
        compared=int(with_features.sum()),
        decided_now=sum(datetime.fromisoformat(one["decided_at"]) >= began for one in answers),
        degraded=sum(one["degraded"] for one in answers),
        retries=client.answers.retries,
        labels=labels,
        out_of_order=plan.out_of_order,
        late_labels=plan.late_labels,
        corrected_labels=plan.corrected,
        moved=int((offline != in_order).any(axis=1).sum()),
        features=dict(zip(FEATURES, apart.max(axis=0, initial=0).tolist(), strict=True)),
        score=float(np.abs(scores - _offline_scores(answers, offline)).max()),
        models=sorted({one["model_version"] for one in answers}),
        seconds=seconds,
    )


def _tell(client: Client, plan: Plan, singles: int, progress: Callable[[int], None]) -> int:
    """Everything in its order of arrival. Returns how many labels were told."""
    payments, labels = plan.stream.payments, plan.stream.labels
    numbers, count = payments.ids[labels.payments], 0
    for step in plan.steps:
        for start in range(0, len(step.labels), LABELS):
            some = step.labels[start : start + LABELS]
            pairs = zip(numbers[some].tolist(), labels.frauds[some].tolist(), strict=True)
            client.label(dict(pairs), SOURCE)
            count += len(some)
        for part in _parts(list(payments[step.payments]), singles):
            client.tell(part)
        progress(len(step.payments))
    return count


def _parts(payments: list[Transaction], singles: int) -> list[list[Transaction]]:
    rest = iter(payments)
    parts = [[one] for one in islice(rest, singles)]
    while batch := list(islice(rest, BATCH)):
        parts.append(batch)
    return parts


def _features(answers: list[dict[str, Any]]) -> Floats:
    given = [one["features"] for one in answers if one["features"] is not None]
    if any(tuple(one) != FEATURES for one in given):
        raise AssertionError(f"the service names other features than {FEATURES}")
    return np.array([list(one.values()) for one in given]).reshape(-1, len(FEATURES))


def _offline_scores(answers: list[dict[str, Any]], offline: Floats) -> Floats:
    """By the model that each answer names."""
    versions = np.array([one["model_version"] for one in answers])
    scores = np.empty(len(answers))
    for version in np.unique(versions).tolist():
        chosen = versions == version
        scores[chosen] = onnx_model.load(version).scorer.probabilities(offline[chosen])
    return scores
