"""The backfill, on stores in memory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import numpy as np
import pytest

from app import backfill
from app.adapters.postgres import Postgres
from app.adapters.redis_windows import RedisWindows
from app.domain.simulator import Simulation
from app.domain.transactions import DAY, Transactions
from app.domain.world import World
from app.settings import StoreSettings
from tests.unit.app.book import MemoryBook
from tests.unit.app.ledger import MemoryLedger
from tests.unit.app.redis_fake import Raw

SETTINGS = StoreSettings.model_construct()
LAST = World().midnight(129) - 1


def history(size: int) -> Transactions:
    numbers = np.arange(size)
    return Transactions(
        ids=numbers,
        customers=numbers % 3,
        terminals=numbers % 2,
        amounts=np.full(size, 10.0),
        times=LAST - DAY + numbers,
        scenarios=numbers % 2,
    )


class Stores:
    """Records chunks, and may be killed after some of them."""

    def __init__(self) -> None:
        self.ledger = MemoryLedger()
        self.chunks: list[tuple[int, bool]] = []
        self.killed_after = 99

    async def load(self, chunk: Transactions, recorded_at: datetime, *, last: bool) -> None:
        assert recorded_at <= self.ledger.clock
        if len(self.chunks) == self.killed_after:
            raise KeyboardInterrupt
        self.chunks.append((len(chunk), last))
        self.ledger.record(*chunk)


@pytest.fixture
def stores(monkeypatch: pytest.MonkeyPatch, redis: RedisWindows) -> Stores:
    stores = Stores()

    @asynccontextmanager
    async def lend(thing: object) -> AsyncIterator[object]:
        yield thing

    monkeypatch.setattr(Postgres, "connected", lambda *_, **__: lend(None))
    monkeypatch.setattr(RedisWindows, "connected", lambda *_: lend(redis))
    monkeypatch.setattr(backfill, "PostgresWindows", lambda _: stores.ledger)
    monkeypatch.setattr(backfill, "PostgresLabels", lambda _: MemoryBook(lambda _: None))
    monkeypatch.setattr(backfill, "PostgresHistory", lambda _: stores)
    monkeypatch.setattr(backfill, "CHUNK", 40)
    monkeypatch.setattr(
        backfill, "simulate", lambda _: Simulation(World(), history(100), (0, 0, 0))
    )
    return stores


async def test_the_history_is_stored_in_chunks_then_redis_is_complete(
    stores: Stores,
    redis: RedisWindows,
    raw: Raw,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await backfill._run(SETTINGS)

    assert stores.chunks == [(40, False), (40, False), (20, True)]
    assert sum([await raw.strlen(f"spent:{one}") for one in range(3)]) == 24 * 100
    assert (await redis.health()).complete_to
    told = capsys.readouterr().out
    assert "stored           40 of 100" in told
    assert "history of 100 payments loaded" in told


async def test_killed_in_between_redis_does_not_pass_for_complete(
    stores: Stores,
    redis: RedisWindows,
) -> None:
    await redis.mark(stores.ledger.clock)
    stores.killed_after = 1

    with pytest.raises(KeyboardInterrupt):
        await backfill._run(SETTINGS)

    assert (await redis.health()).complete_to is None


async def test_it_waits_for_whoever_fills_redis_now(
    stores: Stores,
    redis: RedisWindows,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits: list[float] = []
    mine = redis.filling()
    await mine.__aenter__()

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        await mine.__aexit__(None, None, None)

    monkeypatch.setattr("app.backfill.asyncio.sleep", sleep)
    await backfill._run(SETTINGS)

    assert waits == [2]
    assert stores.chunks
