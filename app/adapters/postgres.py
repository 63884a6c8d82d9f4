"""The connection to Postgres: verified, bounded in number and in time."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg

from app.adapters.breaker import Breaker
from app.ports.decisions import LogAway
from app.ports.lease import Alone, Lease
from app.settings import PostgresSettings
from app.telemetry import Telemetry

_CONNECT_SECONDS: Final = 1
_RELEASE_SECONDS: Final = 0.5
_FAULTS: Final = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.SyntaxOrAccessError,
)
"""Ours, not an outage. Telling a client to come again would only hide them."""
_AWAY: Final = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that the server had ended, told only by its use
)
_REFUSED: Final = "postgres does not answer"
_WAIT_CANCELLED: Final = "01000"
"""The class of the warning by which a commit says that it did not wait for its second copy."""


def tls(ca: str) -> ssl.SSLContext | bool:
    """`verify-full`: signed by this authority, for the name that we asked for."""
    return ssl.create_default_context(cafile=ca) if ca else False


def target(settings: PostgresSettings) -> dict[str, Any]:
    """Where and as whom to connect."""
    return {
        "host": settings.postgres_host,
        "port": settings.postgres_port,
        "database": settings.postgres_database,
        "user": settings.postgres_user,
        "password": settings.postgres_password.get_secret_value(),
        "ssl": tls(settings.postgres_ca),
    }


class Postgres:
    """A pool whose every use ends within a given time, with rows or with `LogAway`.

    It connects when it is first used: a service that starts while Postgres is away says so and
    goes on. Behind a pooler nothing may cling to a session, so none is reset after use, and the
    statement timeouts are settings of the database role (see the migrations).
    """

    def __init__(
        self,
        pool: asyncpg.Pool,
        *,
        seconds: float,
        telemetry: Telemetry,
        lease: Lease | None = None,
    ) -> None:
        self._pool = pool
        self._seconds = seconds
        self._telemetry = telemetry
        self._lease = lease or Alone()
        # While the second copy is away reads go on, and must not speak for the writes.
        self._reads, self._writes = Breaker(), Breaker()

    @classmethod
    @asynccontextmanager
    async def connected(
        cls,
        settings: PostgresSettings,
        telemetry: Telemetry,
        *,
        connections: int,
        seconds: float,
        prepared: bool = False,
        lease: Lease | None = None,
    ) -> AsyncIterator["Postgres"]:
        """The pool, closed at the end. Without the `lease` nothing is written."""

        async def keep_session(_: object) -> None: ...

        pool = await asyncpg.create_pool(
            **target(settings),
            min_size=0,
            max_size=connections,
            timeout=_CONNECT_SECONDS,
            reset=keep_session,
            statement_cache_size=100 if prepared else 0,
            max_cached_statement_lifetime=0,
        )
        try:
            yield cls(pool, seconds=seconds, telemetry=telemetry, lease=lease)
        finally:
            await _close(pool)

    def check_writes(self) -> None:
        """Raise what a write would be refused with at once."""
        self._lease.check()
        if self._writes.refuses:
            raise LogAway(_REFUSED)

    @asynccontextmanager
    async def session(
        self, *, writes: bool = False, seconds: float | None = None
    ) -> AsyncIterator[asyncpg.Connection]:
        """A connection to use at once. What was committed in it is on two instances."""
        if writes:
            self._lease.check()
        breaker = self._writes if writes else self._reads
        if not breaker.admits():
            raise LogAway(_REFUSED)
        unreplicated: list[object] = []

        def warned(_: object, message: asyncpg.PostgresLogMessage) -> None:
            if message.sqlstate == _WAIT_CANCELLED:
                unreplicated.append(message)

        try:
            async with asyncio.timeout(seconds or self._seconds), self._connection() as connection:
                connection.add_log_listener(warned)
                try:
                    yield connection
                finally:
                    connection.remove_log_listener(warned)
        except _FAULTS:
            raise
        except _AWAY as error:
            breaker.failed()
            await self._failed(error)
            raise LogAway(f"postgres: {_brief(error)}") from error
        if unreplicated:
            breaker.failed()
            raise LogAway("postgres did not wait for its second copy")
        breaker.succeeded()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[asyncpg.Connection]:
        """What does not come back from a cancelled statement soon is cut off."""
        connection = await self._pool.acquire()
        try:
            yield connection
        finally:
            await self._pool.release(connection, timeout=_RELEASE_SECONDS)

    async def _failed(self, error: BaseException) -> None:
        """Its neighbours in the pool lead to the same server: they are not tried one by one."""
        await self._pool.expire_connections()
        self._telemetry.errors.labels("postgres", type(error).__name__).inc()


def _brief(error: BaseException) -> str:
    """The kind of failure. The text may name hosts, which are no client's business."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return "out of reach" if isinstance(error, OSError) else type(error).__name__


async def _close(pool: asyncpg.Pool) -> None:
    try:
        async with asyncio.timeout(_CONNECT_SECONDS):
            await pool.close()
    except TimeoutError:
        pool.terminate()
