"""The service is busy while something happens to it: requests by the clock, as `make load` does."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from tests.e2e.stack import RunningStack
from tests.load.answers import Answers
from tests.load.generators import LONGEST, Job, vegeta
from tests.load.measure import Bench
from tests.load.target import deployed
from tests.prove.figures import Trial

RATE = 100
"""Requests each second, beside those that are remembered."""


@dataclass
class Load:
    """Load for one drill after the other."""

    stack: RunningStack
    rate: int = RATE
    _job: Job | None = None
    _answers: Answers | None = field(default=None)

    @cached_property
    def _bench(self) -> Bench:
        return Bench(deployed(self.stack))

    def prepare(self, seconds: float) -> None:
        """Compose what will be sent for so long at the most, before anything is measured."""
        job = self._bench.job(self.rate, min(seconds, LONGEST))
        self._job = replace(job, bodies=True)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Load for as long as the block lasts."""
        if self._job is None:
            yield
            return
        with vegeta(self._job) as running:
            running.wait_begun()
            yield
            running.stop()
            self._answers = running.answers()

    def seen(self, fault: float) -> Trial:
        """What its clients were told; nothing without load."""
        told = self._answers
        if told is None:
            return {}
        after = told.between(fault, np.inf)
        return {
            "rate": self.rate,
            "requests": len(told),
            "errors": told.errors(),
            "failed_before_fault": int((~told.well).sum() - (~after.well).sum()),
            "degraded": int(told.degraded.sum()),
            "milliseconds": told.milliseconds(),
        }
