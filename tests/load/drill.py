"""Something happens to the service while it works: who noticed, and for how long."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tests.load.answers import Answers
from tests.load.generators import vegeta
from tests.load.measure import Bench
from tests.load.tape import SCORING

RATE = 500
CALM = 8.0
"""Seconds of undisturbed load before and after."""
LONGEST = 240.0
"""Seconds of load, whatever happens."""
SERVER_ERROR = 500


@dataclass(frozen=True)
class Drilled:
    """What clients saw while something happened."""

    answers: Answers
    began: float
    """When it happened, in seconds since the epoch."""
    seconds: float
    """How long it took, by itself."""

    def record(self) -> dict[str, Any]:
        """The figures of a drill."""
        after = self.answers.between(self.began, np.inf)
        return {
            "requests": len(self.answers),
            "seconds": round(self.seconds, 1),
            "errors": self.answers.errors(),
            "failed": int((~self.answers.well).sum()),
            "server_errors": int((self.answers.status >= SERVER_ERROR).sum()),
            "degraded": int(self.answers.degraded.sum()),
            "degraded_before": int(self.answers.degraded.sum() - after.degraded.sum()),
            "milliseconds": self.answers.milliseconds(),
            "recovery_seconds": round(recovery(self.answers, self.began), 2),
        }


def under_load(bench: Bench, event: Callable[[], object], rate: int = RATE) -> Drilled:
    """Load by the clock, calm before and after the event, ended as soon as that is over."""
    job = replace(bench.job(rate, LONGEST), bodies=True)
    with vegeta(job) as running:
        running.wait_begun()
        time.sleep(CALM)
        began = time.time()
        event()
        seconds = time.time() - began
        time.sleep(CALM)
        running.stop()
        return Drilled(running.answers(), began, seconds)


def recovery(answers: Answers, since: float) -> float:
    """Seconds until the last answer arrived that was no good or a degraded decision; 0 if none.

    Whoever reads a decision later is told that it was degraded then, which is no outage now.
    """
    degraded = answers.degraded & np.isin(answers.path, SCORING)
    bad = answers[(~answers.well | degraded) & (answers.sent + answers.latency >= since)]
    return float((bad.sent + bad.latency).max()) - since if len(bad) else 0.0
