"""Stored payments on their way back into Redis."""

import asyncio
from typing import Final

from redis.asyncio import Redis

from app.adapters.lua import script
from app.adapters.postgres_windows import Page
from app.adapters.redis_members import SPENT, TAKEN, known_frauds, windows

_FILL: Final = script("fill")
_WINDOWS: Final = 50
"""Per call of the script: requests get their turn in between."""


async def fill(client: Redis, page: Page, *, ttl: int) -> None:
    """Add a page to its windows, with what is known of its payments. `ttl` is in seconds."""
    # Sorting takes a while, and requests go on meanwhile.
    spent, taken = await asyncio.to_thread(windows, page)
    into = client.register_script(_FILL)
    for width, every in ((SPENT, spent), (TAKEN, taken)):
        for start in range(0, len(every), _WINDOWS):
            keys, records = zip(*every[start : start + _WINDOWS], strict=True)
            await into(keys=keys, args=[ttl, width, *records])
    async with client.pipeline(transaction=False) as pipe:
        for key, time, member in known_frauds(page):
            pipe.zadd(key, {member: time})
            pipe.expire(key, ttl)
        await pipe.execute()
