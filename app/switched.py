"""The model that decides, replaced while payments come in; and another one in its shadow."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from app.domain.reasons import Reason
from app.domain.scoring import Decision, Judge, Ratings
from app.domain.transactions import Floats, Transaction

_WAITING: Final = 2_000
"""Payments that wait for the challenger at most: half a megabyte."""


class Sample(NamedTuple):
    """What the champion made of some payments."""

    payments: Sequence[Transaction]
    rows: Floats
    decisions: Sequence[Decision]


@dataclass(slots=True)
class Shadow:
    """Payments on their way to the challenger. What it can not keep up with is dropped, counted."""

    dropped: Callable[[int], object]
    most: int = _WAITING
    waiting: int = 0
    _queue: deque[Sample] = field(default_factory=deque)

    def offer(self, sample: Sample) -> None:
        """Take these, or every so manieth where not all find room; what is dropped is counted.

        Never waits. The rows are copied: whoever computed them may use their memory again.
        """
        size, room = len(sample.payments), self.most - self.waiting
        if room <= 0:
            self.dropped(size)
            return
        step = -(-size // room)
        kept = Sample(sample.payments[::step], sample.rows[::step].copy(), sample.decisions[::step])
        if step > 1:
            self.dropped(size - len(kept.payments))
        self.waiting += len(kept.payments)
        self._queue.append(kept)

    def take(self, most: int) -> list[Sample]:
        """The oldest ones; more than `most` payments only if the first sample alone is more."""
        taken: list[Sample] = []
        size = 0
        while self._queue and (not taken or size + len(self._queue[0].payments) <= most):
            taken.append(self._queue.popleft())
            size += len(taken[-1].payments)
        self.waiting -= size
        return taken


class Switched:
    """A decider whose model is one attribute: assigning it is the whole switch.

    A call that has begun ends with the model that it began with.
    """

    def __init__(self, live: Judge) -> None:
        self.live = live
        self.shadow: Shadow | None = None

    def rate(self, rows: Floats, /) -> Ratings:
        """By the live model."""
        return self.live.rate(rows)

    def decide(self, payments: Sequence[Transaction], rows: Floats, /) -> list[Decision]:
        """By the live model. The shadow hears of it and has no part in it."""
        decisions = self.live.decide(payments, rows)
        shadow = self.shadow
        if shadow is not None:
            shadow.offer(Sample(payments, rows, decisions))
        return decisions

    def explain(self, rows: Floats, /) -> list[tuple[Reason, ...]]:
        """By the live model."""
        return self.live.explain(rows)
