"""Watches over Redis, and puts back what it missed."""

import asyncio
from contextlib import AbstractAsyncContextManager, suppress
from datetime import datetime
from time import monotonic
from typing import Final

import structlog

from app.adapters.guarded_windows import GuardedWindows, State
from app.adapters.postgres_windows import PostgresWindows
from app.adapters.redis_windows import Health, RedisAway, RedisWindows
from app.adapters.refill import Refill
from app.adapters.watch import FIRST_LOOK, Watch
from app.ports.lease import Lease

log = structlog.get_logger(__name__)

_PULSE: Final = 1.0
_CALM_PULSE: Final = 5.0
"""While another region records: what it did is only needed here once it no longer does."""


class WindowKeeper:
    """One per process. `guarded_windows` says why what it does is enough."""

    def __init__(
        self,
        redis: RedisWindows,
        postgres: PostgresWindows,
        windows: GuardedWindows,
        refill: Refill,
        *,
        longest_request: float,
        lease: Lease | None = None,
    ) -> None:
        """Without a `lease` no other region records."""
        self._redis = redis
        self._postgres = postgres
        self._windows = windows
        self._refill = refill
        self._longest_request = longest_request
        self._lease = lease
        self._pulse = _PULSE
        self._run = ""
        self._again: tuple[float, datetime] | None = None
        """When to add once more what was recorded since a moment."""

    def watching(self) -> AbstractAsyncContextManager[None]:
        """Keeps watch in the background.

        The first look is waited for a little: it saves the first requests from degraded answers.
        """
        watch = Watch(self._look, self._pause, "the keeper failed; it goes on")
        return watch.running(first_look=FIRST_LOOK)

    async def tend(self) -> None:
        """One look, and what it takes."""
        if await self._redis.moved():
            self._windows.lose(State.DOWN, "redis: moved")  # what it lacks must not be read
            await self._redis.follow()
        losses = self._windows.losses
        health = await self._redis.health()
        if health.evicts:
            log.error("redis may drop windows unseen", maxmemory_policy=health.evicts)
            self._windows.lose(State.DOWN, "redis: evicts")
        elif await self._follows():
            await self._follow(health)
        elif self._windows.state is State.UP and health.complete_to and health.run == self._run:
            await self._stay_complete(health.complete_to)
        elif complete_to := await self._complete(health):
            self._run = health.run
            self._again = (monotonic() + self._longest_request, complete_to)
            self._windows.restore(losses)

    async def _follows(self) -> bool:
        """Whether another region records, of which this Redis only hears through Postgres."""
        if self._lease is None:
            return False
        follows = not self._lease.held or await self._postgres.copies()
        self._pulse = _CALM_PULSE if follows and not self._lease.held else _PULSE
        return follows

    async def _follow(self, health: Health) -> None:
        """Keep up, so that little is missing when this region is to record. Nothing is written."""
        self._windows.refilling()
        if health.complete_to:
            now = await self._postgres.now()
            await self._refill.recorded_since(health.complete_to)
            await self._redis.renew(health.complete_to, now)
            return
        async with self._redis.filling() as turn:
            if turn and not (await self._redis.health()).complete_to:
                await self._refill.everything(turn)

    async def _stay_complete(self, seen: datetime) -> None:
        now = await self._postgres.now()
        await self._refill.missed()
        if self._again and monotonic() > self._again[0]:
            await self._refill.recorded_since(self._again[1])
            self._again = None
        if not self._again:
            await self._redis.renew(seen, now)

    async def _complete(self, health: Health) -> datetime | None:
        """Put back what is missing. Nothing is returned while another process does it.

        What waits to be put back was recorded since the marker, so it is among this. That it waits
        no more is written down later: nobody needs to wait for that.
        """
        self._windows.refilling()
        complete_to = health.complete_to
        if complete_to:
            await self._refill.recorded_since(complete_to)
        else:
            async with self._redis.filling() as turn:
                if turn is None or (await self._redis.health()).complete_to:
                    return None
                complete_to = await self._refill.everything(turn)
        return complete_to

    async def _look(self) -> None:
        try:
            await self.tend()
        except RedisAway as why:
            self._windows.lose(State.DOWN, str(why))

    async def _pause(self) -> None:
        """Until the next pulse, or until Redis is lost."""
        self._windows.lost.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._pulse):
                await self._windows.lost.wait()
