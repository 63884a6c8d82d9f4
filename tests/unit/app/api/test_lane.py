"""The short way through uvicorn answers as the long one does, and leaves it what is not common."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
import uvicorn

from app.api.direct import BODY_BYTES
from app.api.lane import Flight, Lane
from tests.unit.app.api.test_scores import PAYMENT
from tests.unit.app.memory import KEY, Service


class Wire:
    """A connection, byte by byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def send(self, body: bytes, *headers: str, line: str = "POST /v1/score HTTP/1.1") -> None:
        told = "\r\n".join((line, "Host: fraud", f"X-API-Key: {KEY}", *headers))
        self.writer.write(told.encode() + b"\r\n\r\n" + body)

    def score(self, payment: dict[str, Any], *headers: str, **line: str) -> None:
        body = json.dumps(payment).encode()
        self.send(body, f"Content-Length: {len(body)}", *headers, **line)

    async def answer(self) -> tuple[int, bytes, Any]:
        async with asyncio.timeout(10):
            head = await self.reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head)
            assert length
            body = await self.reader.readexactly(int(length[1]))
        return int(head.split()[1]), head, json.loads(body)

    async def ended(self) -> bool:
        async with asyncio.timeout(10):
            return await self.reader.read() == b""


class Served:
    def __init__(self, service: Service) -> None:
        config = uvicorn.Config(
            service.asgi, port=0, http=Lane, lifespan="on", log_config=None, proxy_headers=False
        )
        self.server = uvicorn.Server(config)

    async def start(self) -> None:
        self.task = asyncio.create_task(self.server.serve())
        while not self.server.started:  # noqa: ASYNC110 (it knows no events)
            await asyncio.sleep(0.01)

    async def connect(self) -> Wire:
        port = self.server.servers[0].sockets[0].getsockname()[1]
        return Wire(*await asyncio.open_connection("127.0.0.1", port))


@pytest.fixture
async def served(service: Service) -> AsyncIterator[Served]:
    served = Served(service)
    await served.start()
    yield served
    served.server.should_exit = True
    await served.task


@pytest.fixture
async def wire(served: Served) -> AsyncIterator[Wire]:
    wire = await served.connect()
    yield wire
    wire.writer.close()
    with suppress(OSError):
        await wire.writer.wait_closed()


@pytest.fixture
def flights(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that went the short way."""
    paths: list[str] = []
    begin = Flight.__init__

    def count(flight: Flight, *arguments: Any) -> None:
        begin(flight, *arguments)
        paths.append(flight.path)

    monkeypatch.setattr(Flight, "__init__", count)
    return paths


async def test_a_payment_takes_the_short_way_and_is_answered_on_the_same_connection(
    wire: Wire, flights: list[str]
) -> None:
    for number in (1, 2):
        wire.score(PAYMENT | {"transaction_id": number})
        status, head, body = await wire.answer()
        assert (status, body["transaction_id"]) == (200, number)
        assert b"content-type: application/json" in head
        assert b"\r\ndate: " in head

    assert flights == ["/v1/score"] * 2


@pytest.mark.parametrize(("size", "ways"), [(300, ["/v1/score/batch"]), (1000, [])])
async def test_a_batch_arrives_whole_and_a_large_one_by_the_long_way(
    wire: Wire, flights: list[str], size: int, ways: list[str]
) -> None:
    payments = [PAYMENT | {"transaction_id": number} for number in range(size)]
    wire.score({"transactions": payments}, line="POST /v1/score/batch HTTP/1.1")

    status, _, body = await wire.answer()

    assert (status, len(body["decisions"])) == (200, size)
    assert flights == ways


@pytest.mark.parametrize(
    ("key", "status"), [(KEY, 422), ("wrong", 401)], ids=["a wrong field", "a wrong key"]
)
async def test_what_is_refused_is_refused_alike(
    wire: Wire, flights: list[str], key: str, status: int
) -> None:
    wire.score(PAYMENT | {"amount": -1}, f"X-API-Key: {key}")

    assert (await wire.answer())[0] == status
    assert flights


@pytest.mark.parametrize(
    "line", ["POST /v1/score?features=true HTTP/1.1", "POST /v1/score HTTP/1.0"]
)
async def test_what_is_not_common_goes_the_long_way(
    wire: Wire, flights: list[str], line: str
) -> None:
    wire.score(PAYMENT, line=line)

    status, _, body = await wire.answer()

    assert (status, body["transaction_id"]) == (200, 1)
    assert ("features" in body) == ("features" in line)
    assert not flights


async def test_a_body_without_a_declared_length_goes_the_long_way(
    wire: Wire, flights: list[str]
) -> None:
    body = json.dumps(PAYMENT).encode()
    wire.send(b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body), "Transfer-Encoding: chunked")

    assert (await wire.answer())[0] == 200
    assert not flights


async def test_a_client_that_asks_first_is_told_to_go_on(wire: Wire, flights: list[str]) -> None:
    body = json.dumps(PAYMENT).encode()
    wire.send(b"", f"Content-Length: {len(body)}", "Expect: 100-continue")
    assert b"100 Continue" in await wire.reader.readuntil(b"\r\n\r\n")
    wire.writer.write(body)

    assert (await wire.answer())[0] == 200
    assert not flights


async def test_a_body_too_large_is_refused_before_it_is_read(
    wire: Wire, flights: list[str]
) -> None:
    wire.send(b"", f"Content-Length: {BODY_BYTES + 1}")

    status, _, body = await wire.answer()

    assert (status, body["error"]) == (413, "too_large")
    assert not flights


async def test_requests_sent_at_once_are_answered_in_their_order(
    wire: Wire, flights: list[str]
) -> None:
    for number in range(1, 5):
        wire.score(PAYMENT | {"transaction_id": number})

    answers = [(await wire.answer())[2]["transaction_id"] for _ in range(4)]

    assert answers == [1, 2, 3, 4]
    assert flights


async def test_a_request_in_pieces_is_put_together(wire: Wire, flights: list[str]) -> None:
    whole = json.dumps(PAYMENT).encode()
    wire.send(whole[:10], f"Content-Length: {len(whole)}")
    await asyncio.sleep(0.05)
    wire.writer.write(whole[10:])

    assert (await wire.answer())[0] == 200
    assert flights


async def test_a_client_that_wants_no_more_is_let_go(wire: Wire) -> None:
    wire.score(PAYMENT, "Connection: close")

    _, head, _ = await wire.answer()

    assert b"connection: close" in head
    assert await wire.ended()


async def test_while_draining_the_connection_is_let_go(service: Service, wire: Wire) -> None:
    service.lifecycle.draining = True
    wire.score(PAYMENT)

    _, head, _ = await wire.answer()

    assert head.count(b"connection: close") == 1
    assert await wire.ended()


async def test_a_stopping_server_answers_what_is_in_flight_and_lets_go(
    service: Service, served: Served, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may = asyncio.Event(), asyncio.Event()
    record = service.log.record

    async def slow(*arguments: Any, **named: Any) -> Any:
        begun.set()
        await may.wait()
        return await record(*arguments, **named)

    monkeypatch.setattr(service.log, "record", slow)
    wire.score(PAYMENT)
    await begun.wait()
    served.server.should_exit = True
    await asyncio.sleep(0.2)
    may.set()

    status, head, _ = await wire.answer()

    assert (status, head.count(b"connection: close")) == (200, 1)
    assert await wire.ended()


async def test_a_client_that_goes_away_disturbs_nobody(
    service: Service, served: Served, wire: Wire
) -> None:
    gone = await served.connect()
    gone.score(PAYMENT)
    await gone.writer.drain()
    gone.writer.transport.abort()
    wire.score(PAYMENT | {"transaction_id": 2})

    assert (await wire.answer())[0] == 200
    assert service.log.recorded[2]


async def test_a_fault_in_the_edge_ends_the_connection_and_not_the_server(
    service: Service, served: Served, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.asgi, "answer", None)
    wire.score(PAYMENT)
    assert await wire.ended()

    monkeypatch.undo()
    again = await served.connect()
    again.score(PAYMENT)
    assert (await again.answer())[0] == 200
    again.writer.close()
