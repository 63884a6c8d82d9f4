"""Redis when it can be relied on, Postgres otherwise.

Redis is UP when it answers and is complete. It is FILLING when it answers but something is missing:
payments are added to it and it is not asked. It is DOWN when it does not answer: nothing is sent,
so a request pays for an outage once, not each time. Only the keeper (`window_keeper`) ends the last
two, after it has put back what is missing.

Why no window loses a payment:

1. A payment is added to Redis before it is recorded in Postgres, unless Redis is DOWN; then it is
   recorded as not windowed. So what is recorded is in Redis or is flagged, and the keeper adds the
   flagged ones: all of them before Redis is UP again, later ones within a second.
2. A payment whose scoring began while Redis was DOWN and that is recorded after Redis is UP is
   added at once (`settle`), before it is answered. So the next payment of one who waits for his
   answer sees it. Only one who pays through two instances of the service within a second, in the
   second that one of them lost Redis, may be judged without his own last payment.
3. A Redis that forgets (a power cut before its file was synced, an old volume, nothing at all)
   forgets its marker too, or falls back to an older one. The marker is a moment up to which all is
   there; it moves only when nothing from before is flagged or queued any more. The keeper adds what
   was recorded since, twice: the second time after the last request that was in flight the first
   time has ended.
   A replica that took the primary's place forgot like that: it lacks what had not reached it, and
   its marker is from before. One that was cut off stops before long, and the second time is late
   enough for what it still took (`redis_primary`).
4. A payment that was added and then not recorded stays. It was an attempt; told again under its id
   it counts once.

And no label:

5. A label is recorded and queued in one commit, and put into Redis then: at once unless Redis is
   DOWN, so that the next payment counts it, and by the keeper, which strikes it from the queue when
   Redis has taken it. The keeper empties the queue every second while Redis is UP; what was queued
   before that was told since the marker. So what is recorded is in Redis or queued.
6. Whatever a Redis forgot was told after its marker, less what requests in flight may take: those
   labels are told to it again, and again after the last such request has ended, as payments are.
7. Of two labels of a payment the later one wins in whatever order they reach Redis (`label.lua`):
   they are numbered under the lock of their payment, and Redis remembers the number. A refill's
   page of payments carries no number and may be older than a label; so labels told since the page
   was read always come after it, and the payments that Redis missed bring no label at all.
8. A window asks for a terminal's frauds among the payments that it still keeps. A label of another
   one is looked at by nobody, and goes when the terminal's payments of its time have gone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from enum import Enum, auto

import structlog

from app.adapters.postgres_windows import PostgresWindows
from app.adapters.redis_windows import RedisAway, RedisWindows
from app.domain.pasts import Pasts
from app.domain.transactions import Transaction
from app.ports.labels import Told
from app.ports.windows import Seen
from app.telemetry import Telemetry

log = structlog.get_logger(__name__)


class State(Enum):
    """What Redis is good for."""

    UP = auto()
    FILLING = auto()
    DOWN = auto()


class GuardedWindows:
    """A `WindowStore` that outlives Redis."""

    def __init__(
        self, redis: RedisWindows, postgres: PostgresWindows, telemetry: Telemetry
    ) -> None:
        self._redis = redis
        self._postgres = postgres
        self._telemetry = telemetry
        self.state = State.DOWN
        self.losses = 0
        """How often Redis was lost: tells the keeper whether it happened again meanwhile."""
        self.lost = asyncio.Event()

    async def observe(self, payments: Sequence[Transaction]) -> Seen:
        """See the port."""
        state, kept = self.state, False
        if state is not State.DOWN:
            try:
                seen = await self._redis.observe(payments)
            except RedisAway as why:
                self.lose(State.DOWN, str(why))
            else:
                kept = True
                if seen.complete and state is State.UP:
                    pasts = seen.pasts
                    if seen.late:
                        late = await self._postgres.read(payments, seen.late)
                        pasts = pasts.replaced(dict(zip(seen.late, late, strict=True)))
                    return Seen(pasts, kept=True, degraded=False)
                if not seen.complete and state is State.UP:
                    self.lose(State.FILLING, "redis: empty")
        recorded = await self._postgres.read(payments, range(len(payments)))
        return Seen(Pasts.of(recorded), kept=kept, degraded=True)

    async def settle(self, payments: Sequence[Transaction]) -> None:
        """See the port. They stay flagged, so the keeper adds them once more: no harm."""
        await self._tell(lambda: self._redis.add(payments))

    async def correct(self, wrong: Sequence[Transaction], standing: Sequence[Transaction]) -> None:
        """See the port. A Redis that is away did not take the wrong ones either."""
        await self._tell(lambda: self._redis.correct(wrong, standing))

    async def label(self, told: Sequence[Told]) -> None:
        """Let windows know what became of payments. They wait in Postgres until Redis has them."""
        await self._tell(lambda: self._redis.label(told))

    async def _tell(self, news: Callable[[], Awaitable[None]]) -> None:
        """Unless Redis is away."""
        if self.state is not State.DOWN:
            try:
                await news()
            except RedisAway as why:
                self.lose(State.DOWN, str(why))

    def lose(self, state: State, why: str) -> None:
        """Redis can not be relied on any more."""
        self.losses += 1
        self._telemetry.errors.labels("redis", why.rpartition(" ")[2]).inc()
        self._enter(state, why)
        self.lost.set()

    def restore(self, losses: int) -> None:
        """Redis is complete, unless it was lost again since there were that many losses."""
        if losses == self.losses:
            self._enter(State.UP, "complete")

    def refilling(self) -> None:
        """Redis answers again, with holes."""
        self._enter(State.FILLING, "filling")

    def _enter(self, state: State, why: str) -> None:
        if state is not self.state:
            log.info("windows", state=state.name.lower(), why=why)
            self.state = state
        self._telemetry.fast_windows.set(state is State.UP)
