"""Labels in Redis, on a Redis in memory that runs the scripts."""

from datetime import UTC, datetime

import fakeredis
import numpy as np
import pytest

from app.adapters.redis_windows import RedisAway, RedisWindows
from app.domain.features import FEATURES, matrix
from app.domain.rows import rows
from app.domain.transactions import DAY, Transaction, Transactions
from app.ports.labels import Label, Told
from tests.unit.app.ledger import page
from tests.unit.app.memory import payment
from tests.unit.app.redis_fake import Raw

NOON = 1_533_729_600
RISK = FEATURES.index("terminal_risk_30d")


def told(one: Transaction, number: int, *, fraud: bool) -> Told:
    label = Label(one.transaction_id, fraud)
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    return Told(label, number, one.terminal_id, one.time, "desk", moment)


async def risk(redis: RedisWindows, number: int = 99) -> float:
    """Of the terminal, ten days after noon."""
    asked = [payment(number, time=NOON + 10 * DAY, customer_id=number)]
    seen = await redis.observe(asked)
    return float(rows(asked, seen.pasts)[0, RISK])


async def members(raw: Raw, terminal: int = 9) -> int:
    return int(await raw.zcard(f"frauds:{terminal}"))


async def test_a_fraud_raises_the_terminals_risk_and_its_correction_takes_it_back(
    redis: RedisWindows, raw: Raw
) -> None:
    first, second = payment(1, time=NOON), payment(2, time=NOON + 1)
    await redis.observe([first, second])

    risks = [await risk(redis)]
    for number, fraud in enumerate((True, False), 1):
        await redis.label([told(first, number, fraud=fraud)])
        risks.append(await risk(redis))

    assert risks == [0, 0.5, 0]
    assert await members(raw) == 0


@pytest.mark.parametrize("last", [True, False])
async def test_the_later_label_wins_in_whatever_order_they_come(
    redis: RedisWindows,
    last: bool,  # noqa: FBT001
) -> None:
    first = payment(1, time=NOON)
    await redis.observe([first])
    earlier, later = told(first, 1, fraud=not last), told(first, 2, fraud=last)

    for one in (earlier, later, earlier, later, later, earlier):
        await redis.label([one])

    assert await risk(redis) == last


async def test_labels_of_a_filled_history_can_be_reversed(redis: RedisWindows) -> None:
    past = [payment(n, time=NOON + n) for n in (1, 2)]
    await redis.fill(page(past, [True, False]))
    assert await risk(redis, 90) == 0.5

    await redis.label([told(past[0], 1, fraud=False)])
    assert await risk(redis, 91) == 0

    await redis.label([told(past[0], 2, fraud=True), told(past[1], 3, fraud=True)])
    assert await risk(redis, 92) == 1


async def test_many_labels_go_in_several_calls(redis: RedisWindows) -> None:
    many = [payment(number, time=NOON + number) for number in range(1000, 1450)]
    await redis.observe(many)

    await redis.label([told(one, place, fraud=True) for place, one in enumerate(many, 1)])

    assert await risk(redis) == 1


async def test_a_label_may_come_before_its_payment_does(redis: RedisWindows) -> None:
    late = payment(1, time=NOON)

    await redis.label([told(late, 1, fraud=True)])
    await redis.observe([late])

    assert await risk(redis) == 1


async def test_a_label_of_a_payment_that_is_no_longer_kept_does_no_harm(
    redis: RedisWindows, raw: Raw
) -> None:
    old = payment(1, time=NOON - 60 * DAY)
    await redis.observe([old])
    await redis.observe([payment(2, time=NOON)])

    await redis.label([told(old, 1, fraud=True)])

    assert await members(raw) == 0
    assert await risk(redis) == 0


async def test_known_frauds_go_when_their_time_has_passed(redis: RedisWindows, raw: Raw) -> None:
    for number, day in enumerate(range(0, 100, 10), 1):
        one = payment(number, time=NOON + day * DAY)
        await redis.observe([one])
        await redis.label([told(one, number, fraud=True)])

    assert await members(raw) == int(await raw.strlen("taken:9")) // 16 - 5 == 5
    assert await raw.ttl("frauds:9") > 80 * DAY
    assert 0 < await raw.ttl("label:1") <= DAY


async def test_labels_told_one_by_one_serve_what_training_computes(redis: RedisWindows) -> None:
    random = np.random.default_rng(8)
    times = np.sort(NOON + random.integers(0, 5, 60) * DAY + random.integers(0, 3, 60))
    past = [payment(n, time=int(at), terminal_id=n % 3) for n, at in enumerate(times)]
    frauds = random.random(60) < 0.4
    await redis.observe(past)
    for number in random.permutation(60).tolist():
        await redis.label([told(past[number], number + 1, fraud=bool(frauds[number]))])

    asked = [payment(100 + n, time=NOON + 14 * DAY, terminal_id=n) for n in range(3)]
    served = rows(asked, (await redis.observe(asked)).pasts)

    everything = _history([*past, *asked], [*frauds.tolist(), False, False, False])
    assert np.array_equal(served[:, RISK], matrix(everything)[-3:, RISK])


def _history(payments: list[Transaction], frauds: list[bool]) -> Transactions:
    return Transactions(
        np.array([one.transaction_id for one in payments]),
        np.array([one.customer_id for one in payments]),
        np.array([one.terminal_id for one in payments]),
        np.array([one.amount for one in payments]),
        np.array([one.time for one in payments]),
        np.array(frauds).astype(np.int64),
    )


async def test_a_redis_that_is_away_is_told_as_such(
    redis: RedisWindows, server: fakeredis.FakeServer
) -> None:
    server.connected = False

    with pytest.raises(RedisAway, match="redis: ConnectionError"):
        await redis.label([told(payment(1), 1, fraud=True)])
