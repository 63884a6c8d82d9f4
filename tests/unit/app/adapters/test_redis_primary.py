"""Which Redis takes writes, by sentinels that say what the test tells them to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress

import pytest
from pydantic import SecretStr

from app.adapters.redis_primary import Primary
from app.adapters.redis_windows import RedisAway, RedisWindows
from app.adapters.redis_wire import Wire
from app.settings import StoreSettings

OLD, NEW = ("127.0.0.1", 1), ("127.0.0.1", 2)


class Sentinel:
    """Names a primary; `None` is a sentinel that knows of none, silence one that hangs."""

    def __init__(self, named: tuple[str, int] | None = NEW, *, silent: bool = False) -> None:
        self.named, self.silent = named, silent
        self.asked = b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(1 << 16):
                self.asked += data
                if self.silent:
                    continue
                # Settings of the connection come before the question.
                writer.write(b"+OK\r\n" * (data.count(b"*") - data.count(b"SENTINEL")))
                writer.write(self._answer() * data.count(b"SENTINEL"))
        writer.close()

    def _answer(self) -> bytes:
        if self.named is None:
            return b"*-1\r\n"
        host, port = self.named[0].encode(), str(self.named[1]).encode()
        return b"*2\r\n$%d\r\n%b\r\n$%d\r\n%b\r\n" % (len(host), host, len(port), port)


class Redis:
    """Says which one it is when it hears a ping."""

    def __init__(self, name: bytes) -> None:
        self.name = name

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(1 << 16):
                pings = data.count(b"PING")
                writer.write(b"+OK\r\n" * (data.count(b"*") - pings))
                writer.write(b"+%b\r\n" % self.name * pings)
        writer.close()


class Ground(AsyncExitStack):
    """Where servers listen as long as the test runs."""

    async def listening(self, server: Sentinel | Redis) -> int:
        at = await asyncio.start_server(server.serve, "127.0.0.1", 0)
        self.callback(at.close)
        return int(at.sockets[0].getsockname()[1])

    async def settings(
        self, *sentinels: Sentinel, first: tuple[str, int] = OLD, seconds: float = 30
    ) -> StoreSettings:
        ports = [await self.listening(each) for each in sentinels]
        return StoreSettings.model_construct(
            redis_host=first[0],
            redis_port=first[1],
            redis_password=SecretStr("secret"),
            redis_sentinels=",".join(f"127.0.0.1:{port}" for port in ports),
            redis_timeout_seconds=seconds,
        )

    async def primary(self, *sentinels: Sentinel, seconds: float = 30) -> Primary:
        """Who hangs is waited for so long."""
        primary = Primary(await self.settings(*sentinels, seconds=seconds))
        self.push_async_callback(primary.aclose)
        return primary


@pytest.fixture
async def ground() -> AsyncIterator[Ground]:
    async with Ground() as ground:
        yield ground


async def test_without_sentinels_it_is_where_the_settings_say(ground: Ground) -> None:
    primary = await ground.primary()

    assert not await primary.moved()
    assert primary.address == OLD


async def test_it_is_where_the_sentinels_say_once_somebody_follows(ground: Ground) -> None:
    sentinel = Sentinel()
    primary = await ground.primary(sentinel)

    assert await primary.moved()
    assert primary.address == OLD
    primary.follow()
    assert primary.address == NEW
    assert not await primary.moved()
    assert b"secret" in sentinel.asked


async def test_most_of_those_that_answer_decide(ground: Ground) -> None:
    cut_off, one, other = Sentinel(OLD), Sentinel(NEW), Sentinel(NEW)

    assert await (await ground.primary(cut_off, one, other)).moved()


async def test_those_that_hang_are_not_waited_for(ground: Ground) -> None:
    primary = await ground.primary(Sentinel(silent=True), Sentinel(), Sentinel())
    async with asyncio.timeout(20):
        assert await primary.moved()


async def test_one_that_answers_is_enough_where_the_others_are_gone(ground: Ground) -> None:
    primary = await ground.primary(Sentinel(None), Sentinel(silent=True), Sentinel(), seconds=2)

    assert await primary.moved()


@pytest.mark.parametrize(
    "sentinels",
    [
        (Sentinel(None), Sentinel(None)),
        (Sentinel(silent=True),),
        (Sentinel(NEW), Sentinel(("127.0.0.1", 3)), Sentinel(None)),
    ],
)
async def test_where_nobody_can_say_it_stays_where_it_was(
    ground: Ground, sentinels: tuple[Sentinel, ...]
) -> None:
    hangs = any(one.silent for one in sentinels)

    assert not await (await ground.primary(*sentinels, seconds=0.3 if hangs else 30)).moved()


async def test_the_fast_connection_goes_over_when_the_primary_did(ground: Ground) -> None:
    places = [("127.0.0.1", await ground.listening(Redis(name))) for name in (b"old", b"new")]
    sentinel = Sentinel(places[1])
    settings = await ground.settings(sentinel, first=places[0])
    primary = Primary(settings)
    ground.push_async_callback(primary.aclose)
    wire = Wire(settings, 1, primary)
    ground.callback(wire.close)

    said = [await wire.ask("PING")]
    assert await primary.moved()
    said.append(await wire.ask("PING"))
    primary.follow()
    said.append(await wire.ask("PING"))

    assert said == [b"old", b"old", b"new"]


async def test_all_connections_begin_at_the_primary_and_go_over_with_it(ground: Ground) -> None:
    places = [("127.0.0.1", await ground.listening(Redis(name))) for name in (b"old", b"new")]
    sentinel = Sentinel(places[0])
    async with RedisWindows.connected(await ground.settings(sentinel, first=NEW)) as redis:
        said = [await redis._client.get("PING")]
        sentinel.named = places[1]
        assert await redis.moved()
        said.append(await redis._client.get("PING"))
        await redis.follow()
        said.append(await redis._client.get("PING"))
        said.append(await redis._bulk.get("PING"))

    assert said == [b"old", b"old", b"new", b"new"]


async def test_with_all_sentinels_away_redis_is_away(ground: Ground) -> None:
    settings = await ground.settings(Sentinel(silent=True), seconds=0.3)
    async with RedisWindows.connected(settings) as redis:
        with pytest.raises(RedisAway):
            await redis.health()
