"""What is refused before the app sees it."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import httpx
import pytest

from app.api import edge
from app.api.direct import BODY_BYTES
from app.domain.transactions import Transaction
from app.ports.windows import Seen
from tests.unit.app.api.test_scores import PAYMENT
from tests.unit.app.memory import KEY, Service


@pytest.mark.parametrize("key", [None, "", "wrong", KEY[:-1], KEY + "x"])
async def test_without_the_key_nothing_is_scored(service: Service, key: str | None) -> None:
    async with service.client(key) as client:
        answer = await client.post("/v1/score", json=PAYMENT)

    assert answer.status_code == 401
    assert answer.json() == {"error": "unauthorized", "detail": "X-API-Key is missing or wrong"}
    assert not service.log.recorded


async def test_every_path_but_the_five_open_ones_is_closed(service: Service) -> None:
    async with service.client(key=None) as client:
        paths = set(edge.known(service.app)) | {"/docs", "/redoc", "/", "/v2/tomorrow"}
        answers = {path: await client.get(path) for path in paths}

    is_open = {path for path, answer in answers.items() if answer.status_code != 401}
    assert is_open == {"/healthz", "/readyz", "/leadz", "/metrics", "/openapi.json"}


async def test_an_unknown_path_and_a_wrong_method_have_the_same_form(
    client: httpx.AsyncClient,
) -> None:
    assert (await client.get("/v1/nothing")).json()["error"] == "not_found"
    assert (await client.get("/v1/score")).json()["error"] == "method_not_allowed"


async def test_a_large_body_is_refused_whether_it_declares_its_length_or_not(
    client: httpx.AsyncClient,
) -> None:
    headers = {"Content-Type": "application/json"}
    body = b" " * (BODY_BYTES + 1)

    async def chunks() -> AsyncIterator[bytes]:
        yield body

    declared = await client.post("/v1/score", content=body, headers=headers)
    undeclared = await client.post("/v1/score", content=chunks(), headers=headers)

    assert (declared.status_code, undeclared.status_code) == (413, 413)
    assert undeclared.json()["error"] == "too_large"


async def test_more_than_it_can_hold_is_told_to_come_again(
    service: Service, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.asgi, "most", 1)
    payments = [PAYMENT | {"transaction_id": n} for n in range(2)]
    begun, hold = asyncio.Event(), asyncio.Event()
    observe = service.windows.observe

    async def slow(payments: Sequence[Transaction]) -> Seen:
        begun.set()
        await hold.wait()
        return await observe(payments)

    monkeypatch.setattr(service.windows, "observe", slow)
    first = asyncio.create_task(client.post("/v1/score", json=payments[0]))
    await begun.wait()
    refused = await client.post("/v1/score", json=payments[1])
    hold.set()

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    assert (await first).status_code == 200


async def test_a_draining_process_is_not_ready_but_still_answers_and_lets_connections_go(
    service: Service, client: httpx.AsyncClient
) -> None:
    assert (await client.get("/readyz")).status_code == 200
    service.lifecycle.draining = True

    ready = await client.get("/readyz")
    answer = await client.post("/v1/score", json=PAYMENT)

    assert (ready.status_code, ready.json()["detail"]) == (503, "draining")
    assert answer.status_code == 200
    assert answer.headers["Connection"] == "close"


async def test_without_postgres_it_lives_but_is_not_ready(
    service: Service, client: httpx.AsyncClient
) -> None:
    service.unready = "postgres does not answer"

    assert (await client.get("/healthz")).status_code == 200
    ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()["detail"]) == (503, "postgres does not answer")
