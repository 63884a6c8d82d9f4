"""The held-out week through the deployed API, beside what the same model says offline."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from app.adapters import onnx_model
from app.domain.simulator import simulate
from app.replay import Client
from app.replay import replay as tell
from app.training.metrics import Quality, quality
from app.training.protocol import TEST, Dataset
from tests.e2e import timeouts
from tests.e2e.stack import RunningStack


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """How the service did on the benchmark's test payments, and how the model does offline."""

    sent: int
    decided_now: int
    """Those that were not known before; a replay of a replay proves nothing."""
    degraded: int
    """Among those: what was decided before was decided in other circumstances."""
    seconds: float
    judged: int
    """Those that the benchmark counts: cards known to be compromised are left out."""
    online: Quality
    offline: Quality
    furthest: float
    """The largest difference between two scores of one payment."""


def replay(stack: RunningStack) -> Replayed:
    """Tell the whole week in time order, singly and in batches, and compare."""
    simulation = simulate()
    week = simulation.test_week()
    _, test = Dataset.of(simulation).split(TEST)
    began, started = datetime.now(UTC), time.monotonic()
    with stack.scoring() as api:
        api.timeout = timeouts.BATCH
        answers = tell(Client(api), week, lambda _: None)
    seconds = time.monotonic() - started

    decided = answers.decisions.values()
    now = [one for one in decided if datetime.fromisoformat(one["decided_at"]) >= began]
    scores = answers.scores
    online = np.array([scores[number] for number in test.payments.ids.tolist()])
    offline = onnx_model.load().scorer.probabilities(test.rows)
    return Replayed(
        sent=len(week),
        decided_now=len(now),
        degraded=sum(one["degraded"] for one in now),
        seconds=seconds,
        judged=len(test.payments),
        online=quality(test.payments, online),
        offline=quality(test.payments, offline),
        furthest=float(np.abs(online - offline).max()),
    )
