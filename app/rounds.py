"""Requests that arrive together are decided together.

A round is one look at the windows, one run of the model and one commit. Payments are taken in the
order in which they came, and the windows are asked in that order, one round after the other: so a
customer's next payment sees the one before it. While a round is being recorded the next one is
judged already. That is what concurrent requests always did, and it rests on the same two facts: a
payment is in the windows before it is recorded (`guarded_windows`), and an answer is given only
when its own round stands on two instances. A round that is lost takes nothing back from others.

An id that is in flight twice is in two rounds, of which the second finds what the first recorded. A
contradiction is its own request's alone, and a failure that may be one request's fault is narrowed
down by scoring each by itself, once. A client's batch shares a round with others: all of it is
recorded, or none.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from time import monotonic
from typing import Final

import structlog

from app.domain.transactions import Transaction
from app.line import Answer, Limits, Line, Told
from app.pace import Pace
from app.ports.decisions import LogAway
from app.scoring import Judged, Scoring
from app.telemetry import STAGES, Telemetry

log = structlog.get_logger(__name__)

_MEMORY: Final = 0.7
"""How much of what rounds were so far counts beside what the last one was."""
_BRISK: Final = 1000
"""Requests a second. From here on rounds become larger instead of more."""


class Rounds:
    """Scores like `Scoring`, for many at a time."""

    def __init__(
        self, scoring: Scoring, telemetry: Telemetry, limits: Limits | None = None
    ) -> None:
        self._scoring = scoring
        self._limits = limits or Limits()
        self._telemetry = telemetry
        self._line = Line(self._limits, telemetry)
        self._slots = asyncio.Semaphore(self._limits.recording)
        self._waited, self._judged, self._recorded = map(telemetry.round_seconds.labels, STAGES)
        self._ending: set[asyncio.Task[None]] = set()
        self._next_start = 0.0
        self.pace = Pace()
        self.round_seconds = 0.0
        """What rounds take at present."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Rounds"]:
        """Rounds are made as long as this lasts."""
        making = asyncio.create_task(self._make())
        try:
            yield self
        finally:
            tasks = (making, *self._ending)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def score(self, payments: Sequence[Transaction]) -> Answer:
        """Decide these in their order, all or none. Raises `Busy` at once."""
        return self._line.join(payments, self.round_seconds)

    @property
    def patience(self) -> float:
        """Seconds from a round's beginning to the next one's.

        By the pace of requests, not by what the last rounds had or took: after a stall of the disk
        or a client's batch these would put everybody off, for several rounds more.
        """
        least, most = self._limits.gather_seconds, self._limits.gather_most_seconds
        return max(least, min(least * self.pace.per_second / _BRISK, most))

    async def _make(self) -> None:
        while True:
            await self._line.filled()
            await self._slots.acquire()
            await self._gather()
            told = self._line.take()
            if self._line.waiting:  # for whom there was no room: they have been patient already
                self._next_start = 0.0
            if told:
                await self._begin(told)
            else:
                self._slots.release()

    async def _gather(self) -> None:
        """A little patience makes rounds larger, once they follow each other closely."""
        pause = self._next_start - monotonic()
        if pause > 0 and self._line.waiting < self._limits.payments:
            await asyncio.sleep(pause)
        self._next_start = monotonic() + self.patience

    async def _begin(self, told: list[Told]) -> None:
        """Judge a round, and let it be recorded while the next one is judged."""
        start = monotonic()
        groups = [one.payments for one in told]
        self._telemetry.round_payments.observe(sum(map(len, groups)))
        self.pace.count(len(told), start)
        self._waited.observe(start - told[0].since)
        end: Coroutine[None, None, None]
        try:
            judged = await self._scoring.judge(groups)
            self._judged.observe(monotonic() - start)
            end = self._record(told, judged)
        except Exception as error:  # noqa: BLE001 (told to whom it concerns)
            end = self._fail(told, error)
        task = asyncio.create_task(self._end(end, start))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _end(self, end: Coroutine[None, None, None], start: float) -> None:
        try:
            await end
        finally:
            self._slots.release()
            self.round_seconds += (1 - _MEMORY) * (monotonic() - start - self.round_seconds)

    async def _record(self, told: list[Told], judged: Judged) -> None:
        start = monotonic()
        try:
            answers = await self._scoring.record(judged)
        except Exception as error:  # noqa: BLE001 (likewise)
            await self._fail(told, error)
            return
        self._recorded.observe(monotonic() - start)
        for one, answer in zip(told, answers, strict=True):
            one.resolve(answer)

    async def _fail(self, told: list[Told], error: Exception) -> None:
        """An outage is everybody's. Anything else may be one payment's fault."""
        if len(told) == 1 or isinstance(error, LogAway):
            for one in told:
                one.resolve(error)
            return
        log.error("a round failed; its payments are scored singly", exc_info=error)
        for one in told:
            try:
                one.resolve(await self._scoring.score(one.payments))
            except Exception as own:  # noqa: BLE001 (likewise)
                one.resolve(own)
