"""One connection to Redis for the one command that every payment needs.

The client library spends several times as long on a command as Redis does: pools, retries, hooks
and a task for every timeout. Here a command is written, and its answer resolves a future. It is
opened when it is first used and again after it broke; nothing is sent twice.
"""

import asyncio
from collections import deque
from typing import Any, Final, cast

import hiredis
from redis.exceptions import NoScriptError, ResponseError

from app.adapters.redis_primary import Primary
from app.settings import StoreSettings

_INCOMPLETE: Final = object()


class _Connection(asyncio.Protocol):
    """Commands in, answers out, in the same order."""

    def __init__(self) -> None:
        self._reader = hiredis.Reader(
            protocolError=ConnectionError, replyError=_refusal, notEnoughData=_INCOMPLETE
        )
        self._asked: deque[asyncio.Future[Any]] = deque()
        self._transport: asyncio.Transport | None = None
        self._why: Exception = ConnectionError("redis closed the connection")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass of it

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        while (reply := self._reader.gets()) is not _INCOMPLETE:
            asked = self._asked.popleft()
            if asked.done():
                continue
            if isinstance(reply, Exception):
                asked.set_exception(reply)
            else:
                asked.set_result(reply)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        for asked in self._asked:
            if not asked.done():
                asked.set_exception(exc or self._why)
        self._asked.clear()

    @property
    def open(self) -> bool:
        """Whether it is worth asking."""
        return self._transport is not None

    async def ask(self, command: tuple[Any, ...], seconds: float) -> Any:
        """The answer. If it is late the connection ends, or later ones would be mixed up."""
        if self._transport is None:
            raise self._why
        loop = asyncio.get_running_loop()
        answer = loop.create_future()
        self._asked.append(answer)
        self._transport.write(hiredis.pack_command(command))
        patience = loop.call_later(seconds, self.cut, TimeoutError("redis does not answer"))
        try:
            return await answer
        finally:
            patience.cancel()

    def cut(self, why: Exception) -> None:
        """End it at once."""
        self._why = why
        if self._transport:
            self._transport.abort()


class Wire:
    """Asks, over a connection that is there as long as it works."""

    def __init__(
        self, settings: StoreSettings, seconds: float, primary: Primary | None = None
    ) -> None:
        """Without a `primary` it is where the settings say."""
        self._settings = settings
        self._seconds = seconds
        self._primary = primary or Primary(settings)
        self._leads_to = self._primary.address
        self._connection: _Connection | None = None
        self._connecting = asyncio.Lock()

    async def ask(self, *command: Any) -> Any:
        """What Redis says. Raises what `redis` raises, `OSError` or `TimeoutError`."""
        connection = self._connection
        if connection is None or not connection.open or self._moved:
            connection = await self._connected()
        return await connection.ask(command, self._seconds)

    @property
    def _moved(self) -> bool:
        return self._leads_to != self._primary.address

    async def _connected(self) -> _Connection:
        async with self._connecting:
            if self._moved:
                self.close()
                self._connection = None
            if self._connection and self._connection.open:
                return self._connection
            self._leads_to = host, port = self._primary.address
            loop = asyncio.get_running_loop()
            async with asyncio.timeout(self._seconds):
                _, connection = await loop.create_connection(_Connection, host, port)
            if password := self._settings.redis_password.get_secret_value():
                await connection.ask(("AUTH", password), self._seconds)
            self._connection = connection
            return connection

    def close(self) -> None:
        """Nobody asks any more."""
        if self._connection:
            self._connection.cut(ConnectionError("closed"))


def _refusal(text: str) -> ResponseError:
    return (NoScriptError if text.startswith("NOSCRIPT") else ResponseError)(text)
