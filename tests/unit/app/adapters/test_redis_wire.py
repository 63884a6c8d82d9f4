"""The fast connection, against a server that says what the test tells it to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
import uvloop
from pydantic import SecretStr
from redis.exceptions import NoScriptError, ResponseError

from app.adapters.redis_wire import Wire
from app.settings import StoreSettings


class Fake:
    """Answers each command with the next of its replies; with none left it keeps silent."""

    def __init__(self) -> None:
        self.replies: list[bytes] = []
        self.asked = b""
        self.connections: list[asyncio.StreamWriter] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections.append(writer)
        with suppress(OSError):
            while data := await reader.read(1 << 16):
                self.asked += data
                for _ in range(data.count(b"*")):
                    if self.replies:
                        writer.write(self.replies.pop(0))
        writer.close()

    async def heard(self, count: int) -> None:
        """Wait until it was asked so often."""
        async with asyncio.timeout(60):
            while self.asked.count(b"PING") < count:  # noqa: ASYNC110 (it knows no events)
                await asyncio.sleep(0.005)

    def drop(self) -> None:
        for writer in self.connections:
            writer.close()


@pytest.fixture
async def fake() -> AsyncIterator[Fake]:
    fake = Fake()
    server = await asyncio.start_server(fake.serve, "127.0.0.1", 0)
    fake.port = server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
    yield fake
    fake.drop()
    server.close()


def wire(port: int, password: str = "", seconds: float = 60) -> Wire:
    settings = StoreSettings.model_construct(
        redis_host="127.0.0.1", redis_port=port, redis_password=SecretStr(password)
    )
    return Wire(settings, seconds)


@pytest.fixture
async def asking(fake: Fake) -> AsyncIterator[Wire]:
    asking = wire(fake.port)  # type: ignore[attr-defined]
    yield asking
    asking.close()


async def test_answers_come_back_in_the_order_of_their_questions(fake: Fake, asking: Wire) -> None:
    fake.replies = [b":1\r\n", b"$2\r\n\xff\x00\r\n", b"*2\r\n$-1\r\n+OK\r\n"]

    answers = await asyncio.gather(*(asking.ask("PING", number) for number in range(3)))

    assert answers == [1, b"\xff\x00", [None, b"OK"]]
    assert len(fake.connections) == 1


async def test_a_refusal_is_its_own_question_alone(fake: Fake, asking: Wire) -> None:
    fake.replies = [b"-NOSCRIPT No matching script\r\n", b"-ERR wrong\r\n", b"+OK\r\n"]

    answers = await asyncio.gather(*(asking.ask("PING") for _ in range(3)), return_exceptions=True)

    assert [type(one) for one in answers] == [NoScriptError, ResponseError, bytes]


async def test_it_says_who_it_is_before_it_asks(fake: Fake) -> None:
    fake.replies = [b"+OK\r\n", b"+PONG\r\n"]
    asking = wire(fake.port, password="secret")  # type: ignore[attr-defined] # noqa: S106

    assert await asking.ask("PING") == b"PONG"
    assert fake.asked.index(b"secret") < fake.asked.index(b"PING")
    asking.close()


async def test_a_wrong_password_is_not_taken_for_a_connection(fake: Fake) -> None:
    fake.replies = [b"-WRONGPASS invalid\r\n", b"-WRONGPASS invalid\r\n"]
    asking = wire(fake.port, password="wrong")  # type: ignore[attr-defined] # noqa: S106

    for _ in range(2):
        with pytest.raises(ResponseError):
            await asking.ask("PING")


async def test_silence_ends_the_connection_and_the_next_question_opens_another(
    fake: Fake, asking: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.replies = [b"+PONG\r\n"]
    await asking.ask("PING")
    monkeypatch.setattr(asking, "_seconds", 0.05)
    with pytest.raises(TimeoutError):
        await asking.ask("PING")
    monkeypatch.undo()
    fake.replies = [b"+PONG\r\n"]

    assert await asking.ask("PING") == b"PONG"
    assert len(fake.connections) == 2


async def test_a_broken_connection_fails_what_was_asked_and_is_opened_again(
    fake: Fake, asking: Wire
) -> None:
    asked = asyncio.create_task(asking.ask("PING"))
    await fake.heard(1)
    fake.drop()
    with pytest.raises(ConnectionError):
        await asked
    fake.replies = [b"+PONG\r\n"]

    assert await asking.ask("PING") == b"PONG"


async def test_nobody_there_is_an_os_error() -> None:
    with pytest.raises(OSError, match=r"."):
        await wire(1).ask("PING")


async def test_who_asks_no_longer_leaves_the_others_their_answers(fake: Fake, asking: Wire) -> None:
    given_up = asyncio.create_task(asking.ask("PING", 1))
    kept = asyncio.create_task(asking.ask("PING", 2))
    await fake.heard(2)
    given_up.cancel()
    fake.connections[0].write(b":1\r\n:2\r\n")

    assert await kept == 2


def test_it_works_on_the_loop_that_the_service_runs_on() -> None:
    async def ask() -> bytes:
        fake = Fake()
        fake.replies = [b"+PONG\r\n"]
        async with await asyncio.start_server(fake.serve, "127.0.0.1", 0) as server:
            asking = wire(server.sockets[0].getsockname()[1])
            answer: bytes = await asking.ask("PING")
            asking.close()
            await asyncio.sleep(0)
        return answer

    assert uvloop.run(ask()) == b"PONG"
