"""Sliding windows in Redis: per customer and per terminal one string, its payments by time.

Known frauds are sorted sets of their own: a label that arrives late is one more member, and no
payment ever changes.

The marker says that the windows are complete: its value is the moment up to which everything
recorded is in here. An emptied Redis has none.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any, Final

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError

from app.adapters import redis_fill, redis_labels, redis_members
from app.adapters.lua import script
from app.adapters.postgres_windows import Page
from app.adapters.redis_members import Reply
from app.adapters.redis_primary import Primary, ToPrimary
from app.adapters.redis_wire import Wire
from app.domain.pasts import Pasts
from app.domain.transactions import DAY, Transaction
from app.domain.windows import LABEL_DELAY, TERMINAL_DAYS
from app.ports.labels import Told
from app.settings import StoreSettings

MARKER: Final = "windows:complete:2"
"""With the number of the layout: an older one's windows are nobody's."""
_LOCK: Final = "windows:filling"
_LOCK_SECONDS: Final = 30
_LATE_DAYS: Final = 8
"""How late a payment may come and still be answered from here."""
_KEEP: Final = (TERMINAL_DAYS + _LATE_DAYS) * DAY
"""How far a window reaches back from its newest payment."""
RETENTION: Final = timedelta(seconds=2 * _KEEP)
"""How long after it was recorded a payment is here at all. By the wall clock, which time in the
payments may differ from (replayed history) but does not run ahead of."""
_TTL: Final = int(RETENTION.total_seconds())
_REACH: Final = (_KEEP, _TTL, TERMINAL_DAYS * DAY, LABEL_DELAY * DAY)
_RENEW: Final = """
return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('SET', KEYS[1], ARGV[2])
"""
_CHUNK: Final = 100
"""Payments per call of the script: others get their turn in between."""

_OBSERVE, _CORRECT = script("observe"), script("correct")


Ask = Callable[..., Awaitable[Any]]


class RedisAway(Exception):  # noqa: N818 (a state of the world that callers answer, not a mistake)
    """Redis did not do what it was asked in time."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What Redis says of some payments."""

    complete: bool
    """Whether the marker is there: without it the pasts have holes."""
    pasts: Pasts
    late: list[int]
    """Places of payments that came too late for what is kept here."""


@dataclass(frozen=True, slots=True)
class Health:
    """Which Redis this is, and what it holds."""

    run: str
    """Another one after every restart, and after every change of the primary."""
    complete_to: datetime | None
    evicts: str | None
    """The eviction policy, if it is one that may drop windows unseen."""


class RedisWindows:
    """The windows, as far as one Redis knows them. Every failure is `RedisAway`."""

    def __init__(
        self, client: Redis, bulk: Redis, ask: Ask | None = None, primary: Primary | None = None
    ) -> None:
        """`ask` sends one command, faster than `client` can. One Redis alone has no `primary`."""
        self._client = client
        self._bulk = bulk
        self._ask: Ask = ask or client.execute_command
        self._primary = primary
        self._sha = ""

    @classmethod
    @asynccontextmanager
    async def connected(cls, settings: StoreSettings) -> AsyncIterator["RedisWindows"]:
        """Connects when first used. Refills have connections and patience of their own."""
        primary = Primary(settings)
        client = _client(settings, primary, settings.redis_timeout_seconds, connections=16)
        bulk = _client(settings, primary, 10, connections=2)
        wire = Wire(settings, settings.redis_timeout_seconds, primary)
        try:
            if await primary.moved():
                primary.follow()
            yield cls(client, bulk, wire.ask, primary)
        finally:
            wire.close()
            for each in (client, bulk, primary):
                await each.aclose()

    async def moved(self) -> bool:
        """Whether another Redis is primary than the one that is asked here."""
        return self._primary is not None and await self._primary.moved()

    async def follow(self) -> None:
        """Ask that one from now on. What is under way to the old one is `RedisAway`."""
        if self._primary:
            self._primary.follow()
        async with _bounded():
            for each in (self._client, self._bulk):
                await each.connection_pool.disconnect()

    async def observe(self, payments: Sequence[Transaction]) -> Observed:
        """Add the payments and read what came before each: one round trip."""
        async with _bounded():
            try:
                replies = await self._run_script(payments)
            except NoScriptError:
                self._sha = await self._client.script_load(_OBSERVE)
                replies = await self._run_script(payments)
        pasts, late = redis_members.pasts(payments, replies)
        return Observed(all(reply[0] for reply in replies), pasts, late)

    async def correct(self, wrong: Iterable[Transaction], standing: Iterable[Transaction]) -> None:
        """Take out the wrong payments and see that the standing ones are in, as one step."""
        taken = [place for payment in wrong for place in _places(payment)]
        places = [*taken, *(place for payment in standing for place in _places(payment))]
        names, found = [name for name, _ in places], [record for _, record in places]
        async with _bounded():
            await self._client.register_script(_CORRECT)(names, [_TTL, len(taken), *found])

    async def add(self, payments: Sequence[Transaction]) -> None:
        """Add payments without asking anything."""
        await self.correct((), payments)

    async def label(self, told: Sequence[Told]) -> None:
        """Let windows know what became of payments; what was told later wins."""
        async with _bounded():
            await redis_labels.tell(self._client, told, keep=_KEEP, ttl=_TTL)

    async def fill(self, page: Page) -> None:
        """Add stored payments, with what is known of them."""
        async with _bounded():
            await redis_fill.fill(self._bulk, page, ttl=_TTL)

    async def health(self) -> Health:
        """Which Redis this is, and whether it is complete."""
        async with _bounded():
            info = await self._client.info()
            marker: Any = await self._client.get(MARKER)
        policy = info["maxmemory_policy"]
        return Health(
            run=f"{info['run_id']} {info.get('master_replid')}",
            complete_to=datetime.fromisoformat(marker.decode()) if marker else None,
            evicts=None if policy == "noeviction" else policy,
        )

    async def mark(self, moment: datetime) -> None:
        """Everything recorded before this moment is in here."""
        async with _bounded():
            await self._client.set(MARKER, moment.isoformat())

    async def renew(self, seen: datetime, moment: datetime) -> None:
        """Likewise, if nobody marked or unmarked it since the marker was seen.

        Whoever looked before a backfill began, or before Redis forgot, knows nothing of that.
        """
        async with _bounded():
            asked = [seen.isoformat(), moment.isoformat()]
            await self._client.register_script(_RENEW)([MARKER], asked)

    async def unmark(self) -> None:
        """Something may be missing."""
        async with _bounded():
            await self._client.delete(MARKER)

    @asynccontextmanager
    async def filling(self) -> AsyncIterator["Turn | None"]:
        """The turn to fill, or nothing while another process has it."""
        turn = Turn(self._client, token_hex(8))
        async with _bounded():
            won = await self._client.set(_LOCK, turn.token, nx=True, ex=_LOCK_SECONDS)
        if not won:
            yield None
            return
        try:
            yield turn
        finally:
            await turn.end()

    async def _run_script(self, payments: Sequence[Transaction]) -> list[Reply]:
        replies = []
        for start in range(0, len(payments), _CHUNK):
            asked = redis_members.question(payments[start : start + _CHUNK])
            script = "EVALSHA", self._sha or "0" * 40, 1, MARKER
            replies.append(await self._ask(*script, *_REACH, *asked))
        return replies


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to fill. It lapses unless it is renewed, so a killed process blocks nobody."""

    client: Redis
    token: str

    async def renew(self) -> None:
        """Between two pages."""
        async with _bounded():
            await self.client.expire(_LOCK, _LOCK_SECONDS)

    async def end(self) -> None:
        """Leave it to the next one. If Redis is away, it lapses."""
        try:
            async with _bounded():
                if await self.client.get(_LOCK) == self.token.encode():
                    await self.client.delete(_LOCK)
        except RedisAway:
            return


@asynccontextmanager
async def _bounded() -> AsyncIterator[None]:
    try:
        yield
    except (RedisError, OSError, TimeoutError) as error:
        raise RedisAway(f"redis: {type(error).__name__}") from error


def _client(
    settings: StoreSettings, primary: Primary, seconds: float, *, connections: int
) -> Redis:
    pool = BlockingConnectionPool(
        connection_class=ToPrimary,
        primary=primary,
        password=settings.redis_password.get_secret_value() or None,
        max_connections=connections,
        timeout=seconds,
        socket_timeout=seconds,
        socket_connect_timeout=seconds,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
    )
    return Redis(connection_pool=pool)


def _places(payment: Transaction) -> Iterable[tuple[str, bytes]]:
    return zip(redis_members.keys(payment), redis_members.records(payment), strict=True)
