"""Making Redis complete again from what is recorded."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Final

from app.adapters import postgres_labels
from app.adapters.postgres_labels import PostgresLabels
from app.adapters.postgres_windows import MISSED_PAGE, Page, PostgresWindows
from app.adapters.redis_windows import RETENTION, RedisWindows, Turn

_SLACK: Final = timedelta(seconds=10)
"""For requests in flight, and for what the clocks of two Postgres instances may differ."""

Progress = Callable[[int], None]
"""Told how many payments were added, page by page."""


class Refill:
    """Adds recorded payments and labels to Redis. What is there already stays as it is.

    Labels come after the payments: a page of payments may be older than the newest label, and
    labels told since it was read put that right.
    """

    def __init__(
        self,
        redis: RedisWindows,
        postgres: PostgresWindows,
        labels: PostgresLabels,
        progress: Progress,
    ) -> None:
        self._redis = redis
        self._postgres = postgres
        self._labels = labels
        self._progress = progress

    async def everything(self, turn: Turn) -> datetime:
        """Fill an empty Redis and mark it complete. Returns the moment up to which it is."""
        began = await self._postgres.now()
        await self._redis.unmark()
        await self._add(self._postgres.recorded_since(began - RETENTION), turn)
        complete_to = await self._postgres.now()
        await self.recorded_since(began)
        await self._redis.mark(complete_to)
        return complete_to

    async def recorded_since(self, moment: datetime) -> None:
        """Add what a Redis that was complete at that moment can lack."""
        await self._add(self._postgres.recorded_since(moment - _SLACK))
        async for told in self._labels.since(moment - _SLACK):
            await self._redis.label(told)

    async def missed(self) -> None:
        """Add what was recorded while Redis could not take it."""
        while page := await self._postgres.missed():
            await self._redis.fill(page)
            await self._postgres.taken(page)
            self._progress(len(page))
            if len(page) < MISSED_PAGE:
                break
        while told := await self._labels.waiting():
            await self._redis.label(told)
            await self._labels.taken(told)
            if len(told) < postgres_labels.PAGE:
                break

    async def _add(self, pages: AsyncIterator[Page], turn: Turn | None = None) -> None:
        async for page in pages:
            await self._redis.fill(page)
            self._progress(len(page))
            if turn:
                await turn.renew()
