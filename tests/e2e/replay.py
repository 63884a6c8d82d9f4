"""The held-out week through the deployed API, beside what the same model says offline."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import numpy as np

from app.adapters import onnx_model
from app.domain.simulator import simulate
from app.domain.transactions import Transactions
from app.training.metrics import Quality, quality
from app.training.protocol import TEST, Dataset
from tests.e2e import timeouts
from tests.e2e.stack import RunningStack
from tests.e2e.week import body

BATCH = 500
TRIES = 5


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """How the service did on the benchmark's test payments, and how the model does offline."""

    sent: int
    decided_now: int
    """Those that were not known before; a replay of a replay proves nothing."""
    degraded: int
    seconds: float
    judged: int
    """Those that the benchmark counts: cards known to be compromised are left out."""
    online: Quality
    offline: Quality
    furthest: float
    """The largest difference between two scores of one payment."""


def replay(stack: RunningStack) -> Replayed:
    """Send the whole week in time order and compare."""
    simulation = simulate()
    week = simulation.test_week()
    _, test = Dataset.of(simulation).split(TEST)
    started, began = time.monotonic(), datetime.now(UTC)
    with stack.scoring() as api:
        answers = [answer for batch in _batches(week) for answer in _decisions(api, batch)]
    seconds = time.monotonic() - started

    scores = np.array([answer["score"] for answer in answers])
    online = scores[np.searchsorted(week.ids, test.payments.ids)]
    offline = onnx_model.load().scorer.probabilities(test.rows)
    return Replayed(
        sent=len(week),
        decided_now=sum(datetime.fromisoformat(a["decided_at"]) >= began for a in answers),
        degraded=sum(answer["degraded"] for answer in answers),
        seconds=seconds,
        judged=len(test.payments),
        online=quality(test.payments, online),
        offline=quality(test.payments, offline),
        furthest=float(np.abs(online - offline).max()),
    )


def _batches(week: Transactions) -> Iterator[Transactions]:
    for start in range(0, len(week), BATCH):
        yield week[start : start + BATCH]


def _decisions(api: httpx.Client, batch: Transactions) -> list[dict[str, Any]]:
    """One batch's decisions; asks again, as a client should, while the service asks for time."""
    asked = {"transactions": [body(payment) for payment in batch]}
    for _ in range(TRIES):
        answer = api.post("/v1/score/batch", json=asked, timeout=timeouts.BATCH)
        if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
            break
        time.sleep(float(answer.headers["Retry-After"]))
    decisions: list[dict[str, Any]] = answer.raise_for_status().json()["decisions"]
    return decisions
