"""The windows in Redis, on a Redis in memory that runs the script."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import fakeredis
import numpy as np
import pytest

from app.adapters.redis_windows import MARKER, RedisAway, RedisWindows
from app.domain.features import FEATURES, matrix
from app.domain.rows import rows
from app.domain.transactions import DAY, Floats, Transaction, Transactions
from tests.unit.app.ledger import page
from tests.unit.app.memory import payment
from tests.unit.app.redis_fake import Raw

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER = NOW + timedelta(seconds=1)
NOON = 1_533_729_600


def crowded(seed: int, size: int = 600) -> Transactions:
    """Few customers and terminals over 60 days, many payments in the same second."""
    random = np.random.default_rng(seed)
    times = NOON + random.integers(0, 60, size) * DAY + random.integers(0, 3, size)
    return Transactions(
        ids=np.arange(size),
        customers=random.integers(0, 6, size),
        terminals=random.integers(0, 5, size),
        amounts=random.integers(1, 100_000, size) / 100,
        times=np.sort(times),
        scenarios=random.integers(0, 2, size),
    )


async def features(redis: RedisWindows, payments: list[Transaction]) -> Floats:
    return rows(payments, (await redis.observe(payments)).pasts)


async def stored(raw: Raw, key: str) -> int:
    """Payments in a window."""
    return int(await raw.strlen(key)) // (24 if key.startswith("spent") else 16)


@pytest.mark.parametrize("batch", [1, 7, 250])
async def test_singly_or_in_batches_it_serves_what_training_computed(
    redis: RedisWindows, batch: int
) -> None:
    history = crowded(batch)
    unlabelled = Transactions(
        history.ids, history.customers, history.terminals, history.amounts, history.times,
        np.zeros(len(history), np.int64),
    )  # fmt: skip
    payments = list(unlabelled)

    served = [
        await features(redis, payments[start : start + batch])
        for start in range(0, len(payments), batch)
    ]

    assert np.array_equal(np.vstack(served), matrix(unlabelled))


@pytest.mark.parametrize("seed", range(3))
async def test_out_of_order_each_payment_sees_what_arrived_and_came_before_it(
    redis: RedisWindows, seed: int
) -> None:
    random = np.random.default_rng(seed)
    history = crowded(seed, 400)
    known = 200
    await redis.fill(page(list(history[:known]), history.frauds[:known].tolist()))
    arrival = known + np.argsort(np.arange(known) + random.integers(0, 40, known))
    unlabelled = history.scenarios * (history.ids < known)
    there = np.arange(len(history)) < known
    expected = []
    for number in arrival.tolist():
        there[number] = True
        whole = matrix(replace(history, scenarios=unlabelled)[there])
        expected.append(whole[np.flatnonzero(there).searchsorted(number)])

    payments = [list(history)[number] for number in arrival.tolist()]
    served = [await features(redis, payments[at : at + 9]) for at in range(0, known, 9)]

    assert np.array_equal(np.vstack(served), np.array(expected))


async def test_a_fraud_is_known_at_its_own_terminal_only(redis: RedisWindows) -> None:
    fraud = payment(1, time=NOON)
    await redis.fill(page([fraud], [True]))
    await redis.add([payment(1, time=NOON, terminal_id=8)])
    later = [payment(n, time=NOON + 8 * DAY, terminal_id=n) for n in (8, 9)]

    served = await features(redis, later)

    assert served[:, FEATURES.index("terminal_risk_30d")].tolist() == [0, 1]


@pytest.mark.parametrize("seed", range(3))
async def test_pages_that_overlap_in_any_order_leave_what_one_page_does(
    redis: RedisWindows, raw: Raw, seed: int
) -> None:
    random = np.random.default_rng(seed)
    history = list(crowded(seed, 300))
    left = []
    for pages in ([range(300)], [random.permutation(300)[:200] for _ in range(20)]):
        await raw.flushall()
        for numbers in pages:
            await redis.fill(page([history[number] for number in sorted(numbers)]))
        left.append({key: await raw.get(key) for key in await raw.keys("*")})

    one_page, many = left
    assert many == one_page
    assert len(one_page) > 2


async def test_a_filled_history_serves_its_labels_too(redis: RedisWindows) -> None:
    history = crowded(5)
    half = len(history) // 2
    past = list(history[:half])
    await redis.fill(page(past, history.frauds[:half].tolist()))

    served = await features(redis, [one := list(history)[half]])

    assert np.array_equal(served[0], matrix(history)[half])
    assert served[0][-3:].any()  # the terminal has a known risk
    assert one.time - past[-1].time <= DAY


async def test_telling_a_payment_again_changes_nothing(redis: RedisWindows) -> None:
    payments = list(crowded(6, 50))
    first = await features(redis, payments)

    again = await features(redis, payments)

    assert np.array_equal(first[-1], again[-1])


@pytest.mark.parametrize("amounts", [(10, 99), (99, 10)])
async def test_a_payment_told_otherwise_is_no_past_of_its_own(
    redis: RedisWindows, amounts: tuple[float, float]
) -> None:
    for amount in amounts:
        assert (await features(redis, [payment(1, amount=amount)]))[0, 3] == 1


async def test_the_order_of_arrival_within_a_second_does_not_matter(redis: RedisWindows) -> None:
    later, earlier = payment(2, time=NOON), payment(1, amount=10, time=NOON)

    await features(redis, [later])

    assert (await features(redis, [earlier]))[0, 3] == 1
    assert (await features(redis, [later]))[0, 3] == 2


async def test_one_time_far_in_the_future_empties_no_window(redis: RedisWindows, raw: Raw) -> None:
    await features(redis, [payment(n, time=NOON + n) for n in range(5)])
    await features(redis, [payment(9, time=NOON + 20_000 * DAY)])

    assert (await features(redis, [payment(6, time=NOON + 6)]))[0, 3] == 6
    assert await stored(raw, "spent:7") == 7


async def test_what_no_window_needs_any_more_goes(redis: RedisWindows, raw: Raw) -> None:
    """Some at a time: of 45 days that are kept, 16 more are spare."""
    kept = []
    for day in range(150):
        await redis.observe([payment(day, time=NOON + day * DAY)])
        kept.append(await stored(raw, "spent:7"))

    assert max(kept) == 1 + 45 + 16
    assert min(kept[60:]) == 1 + 45
    assert await stored(raw, "taken:9") == kept[-1]
    assert await raw.ttl("spent:7") > 80 * DAY


async def test_a_payment_too_late_for_what_is_kept_is_named(redis: RedisWindows) -> None:
    await redis.observe([payment(1, time=NOON)])

    seen = await redis.observe([payment(2, time=NOON - 7 * DAY), payment(3, time=NOON - 9 * DAY)])

    assert seen.late == [1]


async def test_it_is_complete_only_with_its_marker(redis: RedisWindows) -> None:
    before = await redis.observe([payment(1)])
    await redis.mark(NOW)
    after = await redis.observe([payment(2)])

    assert (before.complete, after.complete) == (False, True)
    assert (await redis.health()).complete_to == NOW
    await redis.unmark()
    assert (await redis.health()).complete_to is None


async def test_a_marker_is_only_renewed_by_who_saw_it_last(redis: RedisWindows) -> None:
    await redis.mark(NOW)
    await redis.renew(NOW, LATER)
    assert (await redis.health()).complete_to == LATER

    await redis.renew(NOW, NOW)
    assert (await redis.health()).complete_to == LATER

    await redis.unmark()
    await redis.renew(LATER, LATER)
    assert (await redis.health()).complete_to is None


async def test_a_wrong_payment_gives_way_to_the_standing_one(redis: RedisWindows, raw: Raw) -> None:
    standing, wrong = payment(1, amount=10), payment(1, amount=99)
    elsewhere = payment(1, amount=10, terminal_id=77)
    await redis.observe([standing, payment(2)])
    await redis.observe([wrong])
    await redis.observe([elsewhere])

    await redis.correct([wrong], [standing])
    await redis.correct([elsewhere], [standing])

    assert await stored(raw, "spent:7") == 2
    assert await stored(raw, "taken:9") == 2
    assert await stored(raw, "taken:77") == 0
    assert (await features(redis, [payment(2)]))[0, 6] == pytest.approx((10 + 57.16) / 2)


async def test_nothing_to_put_right_is_no_mistake(redis: RedisWindows, raw: Raw) -> None:
    await redis.add([])

    assert await raw.keys() == []


async def test_only_one_process_fills_at_a_time(redis: RedisWindows) -> None:
    async with redis.filling() as mine:
        assert mine
        await mine.renew()
        async with redis.filling() as yours:
            assert yours is None
    async with redis.filling() as next_turn:
        assert next_turn


async def test_a_turn_that_lapsed_is_not_taken_from_the_next_one(
    redis: RedisWindows, raw: Raw
) -> None:
    async with redis.filling():
        await raw.set("windows:filling", "another")

    assert await raw.get("windows:filling") == b"another"


async def test_an_eviction_policy_that_drops_windows_is_noticed(
    redis: RedisWindows, raw: Raw
) -> None:
    assert (await redis.health()).evicts is None

    raw.policy = "allkeys-lru"

    assert (await redis.health()).evicts == "allkeys-lru"


async def test_whatever_fails_is_one_error(
    redis: RedisWindows, server: fakeredis.FakeServer
) -> None:
    server.connected = False

    for call in (
        redis.observe([payment()]),
        redis.health(),
        redis.mark(NOW),
        redis.renew(NOW, NOW),
        redis.add([payment()]),
    ):
        with pytest.raises(RedisAway, match="redis: ConnectionError"):
            await call


async def test_a_turn_ends_quietly_when_redis_is_gone(
    redis: RedisWindows, server: fakeredis.FakeServer, raw: Raw
) -> None:
    async with redis.filling():
        server.connected = False

    server.connected = True
    assert await raw.exists("windows:filling")  # until it lapses


async def test_the_marker_is_not_taken_for_a_window() -> None:
    assert MARKER.split(":")[0] not in {"spent", "taken", "frauds"}
