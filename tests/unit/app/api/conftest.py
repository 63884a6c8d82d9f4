from collections.abc import AsyncIterator

import httpx
import pytest

from tests.unit.app.memory import Service


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
async def client(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    async with service.client() as client:
        yield client
