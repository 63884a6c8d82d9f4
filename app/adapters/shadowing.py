"""The challenger at work, where it can not be in a request's way."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol

import numpy as np
import structlog

from app.adapters.watch import Watch
from app.background import yielding
from app.domain.scoring import Judge
from app.domain.transactions import Floats
from app.ports.decisions import LogAway
from app.ports.shadow import Pair
from app.switched import Sample, Shadow, Switched
from app.telemetry import Telemetry

log = structlog.get_logger(__name__)

_PULSE: Final = 0.5


class Keeps(Protocol):
    """Where pairs of scores go."""

    async def keep(self, challenger: str, pairs: Sequence[Pair]) -> None:
        """Store them; of a payment told again the first pair stays."""


class Shadowing:
    """Scores a bounded number of payments a second, in a thread that yields to everything else.

    The model alone is run, without reasons: a seventh of the champion's work on the same payment.
    """

    def __init__(
        self, switched: Switched, results: Keeps, telemetry: Telemetry, *, per_second: int
    ) -> None:
        self._switched = switched
        self._results = results
        self._telemetry = telemetry
        self._at_once = max(1, int(per_second * _PULSE))
        self._judge: Judge | None = None
        self._thread = yielding("shadow")

    @property
    def version(self) -> str:
        """Of the challenger; empty where there is none."""
        return self._judge.scorer.version if self._judge else ""

    def begin(self, judge: Judge) -> None:
        """From now on this one listens."""
        self._judge = judge
        self._switched.shadow = Shadow(self._telemetry.shadow_dropped.inc, most=4 * self._at_once)
        log.info("challenger in the shadow", version=self.version)

    def stop(self) -> None:
        """Nobody listens: offering costs one comparison."""
        self._switched.shadow = None
        self._judge = None

    def watching(self) -> AbstractAsyncContextManager[None]:
        """Works in the background."""
        failed = "the shadow failed; it goes on"
        return Watch(self.tend, lambda: asyncio.sleep(_PULSE), failed).running()

    async def tend(self) -> None:
        """Score what waits, up to the budget, and keep both scores of each payment."""
        judge, shadow = self._judge, self._switched.shadow
        samples = shadow.take(self._at_once) if shadow else []
        if judge is None or not samples:
            return
        loop = asyncio.get_running_loop()
        rows = np.concatenate([sample.rows for sample in samples])
        scores = await loop.run_in_executor(self._thread, judge.scorer.probabilities, rows)
        pairs = self._pairs(judge, samples, scores)
        try:
            await self._results.keep(judge.scorer.version, pairs)
        except LogAway:
            self._telemetry.shadow_dropped.inc(len(pairs))
            raise
        self._telemetry.shadow_scored.inc(len(pairs))

    def _pairs(self, judge: Judge, samples: Sequence[Sample], scores: Floats) -> list[Pair]:
        decided = [
            (payment.transaction_id, decision)
            for sample in samples
            for payment, decision in zip(sample.payments, sample.decisions, strict=True)
        ]
        pairs = []
        for (number, was), score in zip(decided, scores.tolist(), strict=True):
            would = judge.thresholds.outcome(score)
            self._telemetry.shadow_outcomes.labels(was.outcome.value, would.value).inc()
            pairs.append(Pair(number, was.model_version, was.score, score))
        return pairs
