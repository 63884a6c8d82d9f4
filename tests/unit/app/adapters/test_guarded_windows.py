"""Redis when it can be relied on, Postgres otherwise; and nothing gets lost in between."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import fakeredis
import pytest
from redis.exceptions import ResponseError

from app.adapters import window_keeper
from app.adapters.guarded_windows import GuardedWindows, State
from app.adapters.postgres_windows import MISSED_PAGE, Page
from app.adapters.redis_primary import Primary
from app.adapters.redis_windows import MARKER, RedisWindows
from app.adapters.refill import Refill
from app.adapters.window_keeper import WindowKeeper
from app.domain.transactions import DAY, Transaction
from app.ports.decisions import LogAway
from app.ports.labels import Label
from app.ports.windows import Seen
from app.telemetry import Telemetry
from tests.unit.app.book import MemoryBook
from tests.unit.app.ledger import MemoryLedger
from tests.unit.app.memory import MemoryLease, payment
from tests.unit.app.redis_fake import Raw


class Platform:
    """Windows, their keeper, and a way to score without a model."""

    def __init__(self, redis: RedisWindows, ledger: MemoryLedger) -> None:
        self.ledger, self.telemetry = ledger, Telemetry()
        self.windows = GuardedWindows(redis, ledger, self.telemetry)
        self.book = MemoryBook(lambda number: ledger.recorded.get(number, (None,))[0])
        refill = Refill(redis, ledger, self.book, self.telemetry.refills.inc)
        self.keeper = WindowKeeper(redis, ledger, self.windows, refill, longest_request=0)

    async def score(self, *payments: Transaction) -> Seen:
        seen = await self.windows.observe(payments)
        self.ledger.record(*payments, windowed=seen.kept)
        if not seen.kept:
            await self.windows.settle(payments)
        return seen

    async def label(self, number: int, *, fraud: bool = True) -> None:
        told = await self.book.record([Label(number, fraud)], "desk")
        await self.windows.label(told)

    async def risk(self, number: int) -> float:
        """Of the terminal as a payment ten days later sees it, which is not recorded."""
        asked = [payment(number, time=payment().time + 10 * DAY, customer_id=number)]
        past = (await self.windows.observe(asked)).pasts[0].terminal
        return float(past.frauds.mean())

    async def known(self, one: Transaction) -> int:
        """How many of the customer's payments come before this one, by whoever answers."""
        return len((await self.windows.observe([one])).pasts[0].customer.times)


@pytest.fixture
def platform(redis: RedisWindows, ledger: MemoryLedger) -> Platform:
    return Platform(redis, ledger)


def states(seen: Sequence[Seen]) -> list[tuple[bool, bool]]:
    return [(one.kept, one.degraded) for one in seen]


async def test_a_new_platform_is_complete_after_the_keepers_first_look(platform: Platform) -> None:
    before = await platform.score(payment(1))
    await platform.keeper.tend()
    after = await platform.score(payment(2))

    assert states([before, after]) == [(False, True), (True, False)]
    assert await platform.known(payment(3)) == 2


async def test_without_redis_postgres_answers_and_the_mark_says_so(
    platform: Platform, server: fakeredis.FakeServer
) -> None:
    await platform.keeper.tend()
    await platform.score(payment(1))
    server.connected = False

    seen = await platform.score(payment(2))

    assert states([seen]) == [(False, True)]
    assert len(seen.pasts[0].customer.times) == 1
    assert platform.ledger.flagged == {2}


async def test_an_outage_costs_one_attempt_and_not_one_each(
    platform: Platform, server: fakeredis.FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await platform.keeper.tend()
    server.connected = False
    await platform.score(payment(1))

    monkeypatch.setattr(platform.windows, "_redis", None)  # touching it again would fail

    assert (await platform.score(payment(2))).degraded


async def test_what_was_scored_while_redis_was_away_is_put_back(
    platform: Platform, server: fakeredis.FakeServer
) -> None:
    await platform.keeper.tend()
    server.connected = False
    await platform.score(payment(1))
    server.connected = True
    await platform.keeper.tend()
    reads = platform.ledger.reads

    assert await platform.known(payment(2)) == 1
    assert platform.ledger.reads == reads  # Redis answered


async def test_what_was_put_back_is_written_down_once_redis_is_relied_on(
    platform: Platform, server: fakeredis.FakeServer, raw: Raw
) -> None:
    await platform.keeper.tend()
    await platform.keeper.tend()
    marker = await raw.get(MARKER)
    server.connected = False
    await platform.score(payment(1))
    server.connected = True
    await platform.keeper.tend()
    assert (platform.windows.state, platform.ledger.flagged) == (State.UP, {1})
    assert await raw.get(MARKER) == marker, "another process would not put it back"

    await platform.keeper.tend()

    assert not platform.ledger.flagged
    assert await raw.get(MARKER) != marker


async def test_what_is_recorded_just_after_redis_returned_is_added_before_it_is_answered(
    platform: Platform, server: fakeredis.FakeServer
) -> None:
    await platform.keeper.tend()
    server.connected = False
    in_flight = payment(1)
    seen = await platform.windows.observe([in_flight])
    server.connected = True
    await platform.keeper.tend()
    platform.ledger.record(in_flight, windowed=seen.kept)
    await platform.windows.settle([in_flight])

    assert await platform.known(payment(2)) == 1
    await platform.keeper.tend()
    assert not platform.ledger.flagged


async def test_an_emptied_redis_is_noticed_and_filled_from_postgres(
    platform: Platform, raw: Raw
) -> None:
    await platform.keeper.tend()
    await platform.score(payment(1))
    await raw.flushall()

    seen = await platform.score(payment(2))
    assert states([seen]) == [(True, True)]  # added, but not believed
    assert len(seen.pasts[0].customer.times) == 1
    assert platform.windows.state is State.FILLING
    assert platform.windows.lost.is_set()

    await platform.keeper.tend()
    assert states([await platform.score(payment(3))]) == [(True, False)]
    assert await platform.known(payment(4)) == 3


async def test_a_redis_that_restarted_from_an_old_file_gets_what_it_forgot(
    platform: Platform, raw: Raw
) -> None:
    await platform.keeper.tend()
    await platform.score(payment(1))
    await platform.keeper.tend()
    marker: Any = await raw.get(MARKER)
    await platform.score(payment(2))
    await raw.flushall()
    await raw.set(MARKER, marker)
    raw.run_id = "second"

    await platform.keeper.tend()

    assert await platform.known(payment(3)) == 2


class Failover(Primary):
    """A replica that has what had reached it, and takes the primary's place when told to."""

    def __init__(self, raw: Raw) -> None:
        self.raw = raw
        self.copied: dict[Any, Any] = {}
        self.promoted = False
        self.followed = 0

    async def replicate(self) -> None:
        self.copied = {key: await self.raw.dump(key) for key in await self.raw.keys("*")}

    async def fail(self, *, run_id: str = "second", replid: str = "b") -> None:
        """From now on the same connection leads to the replica, with its shorter past."""
        await self.raw.flushall()
        for key, value in self.copied.items():
            await self.raw.restore(key, 0, value)
        self.raw.run_id, self.raw.replid = run_id, replid
        self.promoted = True

    async def moved(self) -> bool:
        return self.promoted

    def follow(self) -> None:
        self.promoted = False
        self.followed += 1


@pytest.fixture
def failover(raw: Raw) -> Failover:
    return Failover(raw)


@pytest.fixture
def replicated(raw: Raw, failover: Failover, ledger: MemoryLedger) -> Platform:
    return Platform(RedisWindows(raw, raw, primary=failover), ledger)


async def test_a_replica_in_the_primarys_place_gets_the_payments_that_had_not_reached_it(
    replicated: Platform, failover: Failover
) -> None:
    await replicated.keeper.tend()
    await replicated.score(payment(1))
    await replicated.keeper.tend()
    await failover.replicate()
    assert states([await replicated.score(payment(2))]) == [(True, False)]
    await failover.fail()

    await replicated.keeper.tend()

    assert failover.followed == 1
    assert replicated.windows.state is State.UP
    assert await replicated.known(payment(3)) == 2


async def test_a_replica_in_the_primarys_place_gets_the_labels_that_had_not_reached_it(
    replicated: Platform, failover: Failover, raw: Raw
) -> None:
    await replicated.keeper.tend()
    await replicated.score(payment(1))
    await replicated.keeper.tend()
    await failover.replicate()
    await replicated.label(1)
    await replicated.keeper.tend()
    assert not replicated.book.queue
    await failover.fail()

    await replicated.keeper.tend()

    assert await frauds(raw) == [1]


async def test_a_new_primary_is_not_read_before_it_was_made_complete(
    replicated: Platform, failover: Failover
) -> None:
    await replicated.keeper.tend()
    await failover.replicate()
    await replicated.score(payment(1))
    await failover.fail()
    replicated.ledger.away = True  # so nothing can be put back yet

    with pytest.raises(LogAway):
        await replicated.keeper.tend()
    assert replicated.windows.state is State.FILLING
    replicated.ledger.away = False

    seen = await replicated.score(payment(2))
    assert states([seen]) == [(True, True)]
    assert len(seen.pasts[0].customer.times) == 1


async def test_a_primary_that_became_a_replica_is_asked_no_more(
    raw: Raw, failover: Failover, ledger: MemoryLedger
) -> None:
    async def refused(*_: object) -> None:
        raise ResponseError("READONLY You can't write against a read only replica.")

    platform = Platform(RedisWindows(raw, raw, refused, failover), ledger)
    await platform.keeper.tend()
    failover.promoted = True

    assert states([await platform.score(payment(1))]) == [(False, True)]
    assert platform.windows.state is State.DOWN
    assert platform.windows.lost.is_set(), "the keeper looks at once"
    await platform.keeper.tend()
    assert failover.followed == 1


async def test_one_that_is_primary_again_without_a_restart_is_another_one_all_the_same(
    replicated: Platform, failover: Failover
) -> None:
    await replicated.keeper.tend()
    await failover.replicate()
    await replicated.score(payment(1))
    await failover.fail(run_id="first", replid="c")  # it was demoted and promoted, never restarted
    failover.promoted = False

    await replicated.keeper.tend()

    assert await replicated.known(payment(2)) == 1


async def test_what_a_cut_off_primary_took_until_it_stopped_is_added_when_it_has(
    replicated: Platform, failover: Failover, raw: Raw, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(window_keeper, "monotonic", lambda: now)
    replicated.keeper._longest_request = 5
    await replicated.keeper.tend()
    await failover.replicate()
    await failover.fail()
    await replicated.keeper.tend()
    marker = await raw.get(MARKER)
    replicated.ledger.record(payment(1))  # by a process that still had the old one
    await replicated.keeper.tend()
    assert await raw.get(MARKER) == marker, "another process would take it for complete"

    now += 6
    await replicated.keeper.tend()

    assert await replicated.known(payment(2)) == 1
    assert await raw.get(MARKER) != marker


async def test_what_was_in_flight_during_a_restart_is_added_a_request_later(
    platform: Platform, raw: Raw
) -> None:
    await platform.keeper.tend()
    in_flight = payment(1)
    seen = await platform.windows.observe([in_flight])
    await raw.delete("spent:7", "taken:9")
    raw.run_id = "second"
    await platform.keeper.tend()
    platform.ledger.record(in_flight, windowed=seen.kept)

    await platform.keeper.tend()

    assert await platform.known(payment(2)) == 1


async def test_a_long_outage_is_written_down_page_by_page(platform: Platform) -> None:
    await platform.keeper.tend()
    missed = [payment(number) for number in range(2 * MISSED_PAGE)]
    platform.ledger.record(*missed, windowed=False)

    await platform.keeper.tend()

    assert not platform.ledger.flagged


async def test_while_another_process_fills_this_one_waits(
    platform: Platform, redis: RedisWindows
) -> None:
    states = []
    async with redis.filling():
        await platform.keeper.tend()
        states.append(platform.windows.state)
    await platform.keeper.tend()
    states.append(platform.windows.state)

    assert states == [State.FILLING, State.UP]


@pytest.mark.parametrize("flushed", [False, True], ids=["a backfill begins", "redis is emptied"])
async def test_what_became_incomplete_during_a_look_is_not_marked_by_it(
    platform: Platform, raw: Raw, monkeypatch: pytest.MonkeyPatch, *, flushed: bool
) -> None:
    await platform.keeper.tend()
    await platform.keeper.tend()
    missed = platform.ledger.missed

    async def and_unmarked() -> Page:
        await (raw.flushall() if flushed else raw.delete(MARKER))
        return await missed()

    monkeypatch.setattr(platform.ledger, "missed", and_unmarked)
    await platform.keeper.tend()

    assert await raw.get(MARKER) is None


async def test_lost_again_while_it_was_filled_it_is_not_believed(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = platform.ledger.now

    async def and_lost() -> datetime:
        platform.windows.lose(State.DOWN, "redis: TimeoutError")
        return await now()

    monkeypatch.setattr(platform.ledger, "now", and_lost)
    await platform.keeper.tend()

    assert platform.windows.state is State.DOWN


async def test_a_redis_that_may_evict_is_not_relied_on(platform: Platform, raw: Raw) -> None:
    raw.policy = "allkeys-lru"

    await platform.keeper.tend()

    assert (await platform.score(payment(1))).degraded


async def test_without_postgres_the_marker_does_not_move(platform: Platform, raw: Raw) -> None:
    await platform.keeper.tend()
    marker = await raw.get(MARKER)
    platform.ledger.away = True

    with pytest.raises(LogAway):
        await platform.keeper.tend()

    assert await raw.get(MARKER) == marker
    assert platform.windows.state is State.UP


async def test_a_payment_too_late_for_redis_is_answered_from_postgres(platform: Platform) -> None:
    await platform.keeper.tend()
    now = 1_533_729_600
    await platform.score(payment(1, time=now - 50 * DAY))
    await platform.score(payment(2, time=now))

    late = await platform.score(payment(3, time=now - 20 * DAY), payment(4, time=now + 1))

    assert states([late]) == [(True, False)]
    from_postgres, from_redis = [past.customer.times.tolist() for past in late.pasts]
    assert from_postgres == [now - 50 * DAY]
    assert from_redis[-2:] == [now - 20 * DAY, now]


async def test_a_wrong_payment_is_put_right_unless_redis_is_away(
    platform: Platform, server: fakeredis.FakeServer
) -> None:
    await platform.keeper.tend()
    standing, wrong = payment(1), payment(1, amount=99)
    await platform.score(standing)
    await platform.windows.observe([wrong])
    await platform.windows.correct([wrong], [standing])
    assert await platform.known(payment(2)) == 1

    server.connected = False
    await platform.windows.correct([wrong], [standing])
    assert platform.windows.state is State.DOWN
    await platform.windows.correct([wrong], [standing])


async def test_losing_redis_while_settling_is_no_error(
    platform: Platform, server: fakeredis.FakeServer
) -> None:
    await platform.keeper.tend()
    server.connected = False

    await platform.windows.settle([payment(1)])

    assert platform.windows.state is State.DOWN


async def test_a_label_counts_for_the_next_payment_and_waits_for_nobody(
    platform: Platform,
) -> None:
    await platform.keeper.tend()
    await platform.score(payment(1))

    await platform.label(1)

    assert await platform.risk(50) == 1
    assert set(platform.book.queue) == {1}
    await platform.keeper.tend()
    assert not platform.book.queue


async def test_a_label_told_while_redis_was_away_is_in_it_before_it_is_relied_on(
    platform: Platform, server: fakeredis.FakeServer
) -> None:
    await platform.keeper.tend()
    await platform.score(payment(1), payment(2))
    server.connected = False
    await platform.label(1)  # loses Redis
    losses = platform.windows.losses
    await platform.label(2)  # knows that it is lost, and does not ask again
    assert platform.windows.losses == losses
    server.connected = True
    await platform.keeper.tend()

    assert await platform.risk(50) == 1
    assert set(platform.book.queue) == {1, 2}
    await platform.keeper.tend()
    assert not platform.book.queue


async def test_a_label_that_another_process_could_not_give_to_redis_is_there_a_second_later(
    platform: Platform,
) -> None:
    await platform.keeper.tend()
    await platform.score(payment(1))
    await platform.book.record([Label(1, fraud=True)], "desk")

    await platform.keeper.tend()

    assert await platform.risk(50) == 1


async def test_a_redis_that_restarted_from_an_old_file_gets_the_labels_that_it_forgot(
    platform: Platform, raw: Raw
) -> None:
    await platform.keeper.tend()
    await platform.score(payment(1), payment(2))
    await platform.label(2)
    await platform.keeper.tend()
    old: dict[Any, Any] = {key: await raw.dump(key) for key in await raw.keys("*")}
    await platform.label(1)
    await platform.label(2, fraud=False)
    await platform.keeper.tend()
    assert not platform.book.queue
    await raw.flushall()
    for key, value in old.items():
        await raw.restore(key, 0, value)
    raw.run_id = "second"

    await platform.keeper.tend()

    assert await frauds(raw) == [1]
    assert await platform.risk(50) == 0.5


async def test_an_emptied_redis_gets_the_labels_told_while_it_was_filled(
    platform: Platform, raw: Raw, monkeypatch: pytest.MonkeyPatch
) -> None:
    await platform.keeper.tend()
    await platform.score(payment(1), payment(2))
    await platform.label(1)
    await platform.keeper.tend()
    await raw.flushall()
    read = platform.ledger.recorded_since

    async def and_told(moment: datetime) -> AsyncIterator[Page]:
        async for one in read(moment):
            stale = replace(one, frauds=[number == 1 for number in one.ids])
            if platform.book.told[-1].label.fraud:  # between the page's reading and its filling
                await platform.label(1, fraud=False)
                await platform.label(2)
                platform.book.queue.clear()  # by another process, which had Redis up
            yield stale

    monkeypatch.setattr(platform.ledger, "recorded_since", and_told)
    platform.book.clock = platform.ledger.clock
    await platform.windows.observe([payment(3)])
    await platform.keeper.tend()

    assert await frauds(raw) == [2]


async def test_what_redis_missed_brings_no_label_older_than_a_later_one(
    platform: Platform, server: fakeredis.FakeServer
) -> None:
    await platform.keeper.tend()
    server.connected = False
    await platform.score(payment(1))
    await platform.label(1)
    await platform.label(1, fraud=False)
    server.connected = True

    await platform.keeper.tend()

    assert await platform.risk(50) == 0


async def test_a_process_that_starts_beside_a_complete_redis_is_not_degraded_at_first(
    platform: Platform,
) -> None:
    async with platform.keeper.watching():
        assert states([await platform.score(payment(1))]) == [(True, False)]


async def test_the_keeper_watches_by_itself(
    platform: Platform, server: fakeredis.FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.keeper._pulse = 0.01
    server.connected = False
    async with platform.keeper.watching():
        await wait_for(lambda: platform.windows.losses > 1)
        server.connected = True
        await wait_for(lambda: platform.windows.state is State.UP)
        platform.ledger.away = True
        await asyncio.sleep(0.03)
        platform.ledger.away = False
        monkeypatch.setattr(platform.ledger, "missed", None)  # a fault of ours
        await asyncio.sleep(0.03)
        monkeypatch.undo()
        platform.ledger.record(payment(1), windowed=False)
        await wait_for(lambda: not platform.ledger.flagged)


async def frauds(raw: Raw) -> list[int]:
    """Those that Redis knows of the terminal, by their ids."""
    members: Any = await raw.zrange("frauds:9", 0, -1)
    return [int.from_bytes(member[:8], "big") for member in members]


async def wait_for(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 (what is waited for knows no events)
            await asyncio.sleep(0.005)


class Follower(Platform):
    """A region beside another one, which records until this one gets the lease."""

    def __init__(self, redis: RedisWindows, ledger: MemoryLedger) -> None:
        super().__init__(redis, ledger)
        self.lease = MemoryLease()
        self.lease.held, ledger.copy = False, True
        refill = Refill(redis, ledger, self.book, self.telemetry.refills.inc)
        self.keeper = WindowKeeper(
            redis, ledger, self.windows, refill, longest_request=0, lease=self.lease
        )


@pytest.fixture
def follower(redis: RedisWindows, ledger: MemoryLedger) -> Follower:
    return Follower(redis, ledger)


async def test_a_region_that_only_follows_never_relies_on_its_redis(follower: Follower) -> None:
    await follower.keeper.tend()
    await follower.keeper.tend()

    assert follower.windows.state is State.FILLING


async def test_what_another_region_recorded_is_there_when_this_one_takes_over(
    follower: Follower,
) -> None:
    await follower.keeper.tend()
    follower.ledger.record(payment(1))
    await follower.keeper.tend()
    follower.ledger.record(payment(2))  # after the last look
    follower.lease.held, follower.ledger.copy = True, False
    await follower.keeper.tend()

    assert follower.windows.state is State.UP
    assert await follower.known(payment(3)) == 2


async def test_a_region_with_the_lease_waits_until_its_database_is_promoted(
    follower: Follower,
) -> None:
    await follower.keeper.tend()
    follower.lease.held = True
    await follower.keeper.tend()
    assert follower.windows.state is State.FILLING

    follower.ledger.record(payment(1))  # replayed at the end
    follower.ledger.copy = False
    await follower.keeper.tend()
    assert await follower.known(payment(2)) == 1


async def test_a_region_that_was_deposed_follows(follower: Follower) -> None:
    follower.lease.held, follower.ledger.copy = True, False
    seen = []
    for held in (True, False):
        follower.lease.held = held
        await follower.keeper.tend()
        seen.append(follower.windows.state)

    assert seen == [State.UP, State.FILLING]
