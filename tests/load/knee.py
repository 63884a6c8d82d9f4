"""Where the service stops keeping up with what is asked of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

ACHIEVED = 0.99
P95_MS = 25.0
FIRST = 250
MOST = 16_000
"""Requests per second: no generator of ours is ever told to send more."""
FINER = 2
"""Steps between the last that held and the first that did not."""
ROUND = 50


@dataclass(frozen=True, kw_only=True)
class Step:
    """One rate for some seconds. The rest of its record is for the reader."""

    offered: float
    achieved: float
    p95_ms: float | None
    failed: int
    record: dict[str, Any]

    @property
    def holds(self) -> bool:
        """At least 99 % of what was offered was answered well, P95 at most 25 ms, no error."""
        enough = self.achieved >= ACHIEVED * self.offered
        return enough and not self.failed and self.p95_ms is not None and self.p95_ms <= P95_MS


def knee(steps: Sequence[Step]) -> Step | None:
    """The highest step that holds below which every other holds too."""
    best = None
    for step in sorted(steps, key=lambda step: step.offered):
        if not step.holds:
            break
        best = step
    return best


def staircase(
    climb: Callable[[int], Step], *, first: int = FIRST, most: int = MOST, finer: int = FINER
) -> Iterator[Step]:
    """Twice the rate each time until a step does not hold, then closer to where that happened."""
    good, rate = 0, first
    while rate <= most:
        step = climb(rate)
        yield step
        if not step.holds:
            break
        good, rate = rate, 2 * rate
    else:
        return
    bad = rate
    for _ in range(finer):
        rate = round((good + bad) / 2 / ROUND) * ROUND
        if rate in {good, bad} or not good:
            return
        step = climb(rate)
        yield step
        good, bad = (rate, bad) if step.holds else (good, rate)
