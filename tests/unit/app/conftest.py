from collections.abc import AsyncIterator

import fakeredis
import pytest

from app.adapters.redis_windows import RedisWindows
from tests.unit.app.ledger import MemoryLedger
from tests.unit.app.redis_fake import Raw


@pytest.fixture
def server() -> fakeredis.FakeServer:
    """A Redis in memory. It runs the script; it can be cut off (`connected`)."""
    return fakeredis.FakeServer()


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
