"""Loads the history that the windows of the test week look back on.

It can be run again at any time: what is stored is passed over. While it runs, windows come from
Postgres and answers are marked degraded; if it is killed, the service fills Redis from what has
been stored by then.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from time import monotonic

from app.adapters.postgres import Postgres
from app.adapters.postgres_history import CHUNK, PostgresHistory
from app.adapters.postgres_labels import PostgresLabels
from app.adapters.postgres_windows import PostgresWindows
from app.adapters.redis_windows import RedisWindows, Turn
from app.adapters.refill import Refill
from app.domain.simulator import simulate
from app.domain.transactions import Transactions
from app.domain.world import TEST_WEEK_EVE
from app.progress import Progress
from app.settings import StoreSettings
from app.telemetry import Telemetry


def run(settings: StoreSettings) -> None:
    """Simulate, store, fill."""
    asyncio.run(_run(settings))


async def _run(settings: StoreSettings) -> None:
    start = monotonic()
    async with (
        Postgres.connected(settings, Telemetry(), connections=2, seconds=60) as postgres,
        RedisWindows.connected(settings) as redis,
    ):
        began = await PostgresWindows(postgres).now()
        print("simulating the payments", flush=True)
        history = simulate(TEST_WEEK_EVE).history()
        print(f"simulated {len(history):>9,} payments   {monotonic() - start:4.0f} s", flush=True)
        async with _turn(redis) as turn:
            await redis.unmark()
            await _store(history, PostgresHistory(postgres), began, turn)
            progress = Progress("windows", len(history))
            stored = PostgresWindows(postgres)
            refill = Refill(redis, stored, PostgresLabels(postgres), progress.add)
            await refill.everything(turn)
    print(f"history of {len(history):,} payments loaded in {monotonic() - start:.0f} s")


async def _store(
    history: Transactions, postgres: PostgresHistory, recorded_at: datetime, turn: Turn
) -> None:
    progress = Progress("stored", len(history))
    for start in range(0, len(history), CHUNK):
        chunk = history[start : start + CHUNK]
        await postgres.load(chunk, recorded_at, last=start + CHUNK >= len(history))
        await turn.renew()
        progress.add(len(chunk))


@asynccontextmanager
async def _turn(redis: RedisWindows) -> AsyncIterator[Turn]:
    """Ours, as soon as whoever fills Redis now is done."""
    while True:
        async with redis.filling() as turn:
            if turn:
                yield turn
                return
        print("another process fills Redis; waiting for it", flush=True)
        await asyncio.sleep(2)
