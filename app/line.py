"""Where requests wait for their turn: bounded in number and in time."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

from app.domain.transactions import Transaction
from app.ports.decisions import Decided
from app.telemetry import Telemetry

Answer = asyncio.Future[Sequence[Decided]]


class Busy(Exception):  # noqa: N818 (a state of the world that callers answer, not a mistake)
    """More is waiting than can be answered in time. Nothing was remembered or recorded."""

    retry_seconds = 1


@dataclass(frozen=True, slots=True)
class Limits:
    """How rounds are made, and when somebody is sent away instead."""

    payments: int = 256
    """In a round."""
    recording: int = 4
    """Rounds that are recorded at a time. Enough that a slow commit stops nobody else's round."""
    gather_seconds: float = 0.004
    """From one round's beginning to the next one's, at least, unless enough payments wait."""
    gather_most_seconds: float = 0.012
    """Likewise, once requests come fast: a round costs as much as the rest of several of them."""
    waiting: int = 2048
    """Payments."""
    wait_seconds: float = 2
    """How long they may have to wait, as expected when they come and as found when they leave."""

    @property
    def in_flight(self) -> int:
        """Payments that wait or are recorded: so many requests may come to an answer."""
        return self.waiting + self.recording * self.payments


@dataclass(slots=True)
class Told:
    """What one request brought, all or none, and its answer to be."""

    payments: Sequence[Transaction]
    answer: Answer
    since: float
    until: float

    @property
    def ids(self) -> set[int]:
        """Of its payments."""
        return {payment.transaction_id for payment in self.payments}

    def resolve(self, result: Sequence[Decided] | Exception) -> None:
        """Whoever waited may have gone."""
        if self.answer.done():
            return
        if isinstance(result, Exception):
            self.answer.set_exception(result)
        else:
            self.answer.set_result(result)


class Line:
    """First come, first served."""

    def __init__(self, limits: Limits, telemetry: Telemetry) -> None:
        self._limits = limits
        self._telemetry = telemetry
        self._told: deque[Told] = deque()
        self._filled = asyncio.Event()
        self.waiting = 0
        """Payments."""

    async def filled(self) -> None:
        """Wait until somebody waits."""
        await self._filled.wait()

    def join(self, payments: Sequence[Transaction], round_seconds: float) -> Answer:
        """Wait for an answer, or be refused at once. Rounds take so long at present."""
        self._refuse_when_full(len(payments), round_seconds)
        now = monotonic()
        answer: Answer = asyncio.get_running_loop().create_future()
        told = Told(payments, answer, since=now, until=now + self._limits.wait_seconds)
        self._told.append(told)
        self.waiting += len(payments)
        self._filled.set()
        return told.answer

    def _refuse_when_full(self, size: int, round_seconds: float) -> None:
        """Whoever finds nobody waiting is let in: only rounds can tell how long they take."""
        limits, waiting = self._limits, self.waiting
        if not waiting:
            return
        expected = round_seconds * (1 + waiting / limits.payments) / limits.recording
        if waiting + size > limits.waiting:
            self._telemetry.shed.labels("full").inc()
            raise Busy(f"{waiting} payments are waiting")
        if expected > limits.wait_seconds:
            self._telemetry.shed.labels("slow").inc()
            raise Busy(f"it would take {expected:.0f} seconds")

    def take(self) -> list[Told]:
        """The next round: requests in their order, as many as fit and differ in their ids.

        A batch that fits into none is one by itself.
        """
        taken: list[Told] = []
        ids: set[int] = set()
        now = monotonic()
        while self._told:
            told = self._told[0]
            size, own = len(told.payments), told.ids
            fits = len(ids) + size <= self._limits.payments and ids.isdisjoint(own)
            if taken and not fits:
                break
            self._told.popleft()
            self.waiting -= size
            if told.until < now:
                self._telemetry.shed.labels("late").inc()
                told.resolve(Busy("it waited in vain"))
                continue
            taken.append(told)
            ids |= own
        if not self._told:
            self._filled.clear()
        return taken
