from collections.abc import AsyncIterator
from typing import Any

import fakeredis
import pytest

from app.adapters.redis_windows import RedisWindows
from tests.unit.app.ledger import MemoryLedger


@pytest.fixture
def server() -> fakeredis.FakeServer:
    """A Redis in memory. It runs the script; it can be cut off (`connected`)."""
    return fakeredis.FakeServer()


class Raw(fakeredis.FakeAsyncRedis):
    """With the one command that the fake lacks."""

    run_id = "first"
    policy = "noeviction"

    async def info(self, *_: Any, **__: Any) -> dict[str, str]:
        await self.ping()
        return {"run_id": self.run_id, "maxmemory_policy": self.policy}


@pytest.fixture
async def raw(server: fakeredis.FakeServer) -> AsyncIterator[Raw]:
    client = Raw(server=server)
    yield client
    await client.aclose()


@pytest.fixture
def redis(raw: Raw) -> RedisWindows:
    return RedisWindows(raw, raw)


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()
