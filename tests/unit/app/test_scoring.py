"""The use case, apart from HTTP."""

from datetime import UTC, datetime

import pytest

from app.ports.decisions import Contradiction, LogAway
from app.scoring import Scoring
from tests.unit.app.memory import MemoryLog, MemoryWindows, amount_judge, payment

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def scoring(windows: MemoryWindows, log: MemoryLog) -> Scoring:
    return Scoring(windows, amount_judge(), log, clock=lambda: NOW)


async def test_a_decision_carries_when_and_how_it_was_made() -> None:
    windows, log = MemoryWindows(degraded=True), MemoryLog()

    (decided,) = await scoring(windows, log).score([payment(1)])

    assert (decided.decided_at, decided.degraded) == (NOW, True)
    assert log.recorded[1] == decided


async def test_a_payment_sees_the_ones_before_it_in_its_batch() -> None:
    windows, log = MemoryWindows(), MemoryLog()

    await scoring(windows, log).score([payment(1), payment(2)])

    assert len(windows.remembered) == 2
    assert (await windows.observe([payment(3)])).pasts[0].customer.times.tolist() == [
        payment(1).time,
        payment(2).time,
    ]


async def test_a_log_known_to_be_away_is_not_waited_for_and_nothing_is_remembered() -> None:
    windows, log = MemoryWindows(), MemoryLog()
    log.known_away = True

    with pytest.raises(LogAway):
        await scoring(windows, log).score([payment(1)])

    assert not windows.remembered


async def test_an_attempt_that_was_not_recorded_stays_remembered_for_its_retry() -> None:
    windows, log = MemoryWindows(), MemoryLog()
    log.trouble = LogAway("away")
    with pytest.raises(LogAway):
        await scoring(windows, log).score([payment(1)])
    log.trouble = None

    await scoring(windows, log).score([payment(1)])

    assert list(windows.remembered) == [1]


async def test_a_contradiction_puts_the_windows_right() -> None:
    windows, log = MemoryWindows(), MemoryLog()
    await scoring(windows, log).score([payment(1)])

    with pytest.raises(Contradiction, match="other payments have these ids"):
        await scoring(windows, log).score([payment(1, amount=99), payment(2)])

    assert windows.remembered[1].amount == 57.16


async def test_of_payments_judged_together_a_contradiction_is_its_own() -> None:
    windows, log = MemoryWindows(), MemoryLog()
    use_case = scoring(windows, log)
    await use_case.score([payment(1)])

    judged = await use_case.judge([[payment(2)], [payment(1, amount=99)], [payment(3)]])
    second, first, third = await use_case.record(judged)

    assert isinstance(first, Contradiction)
    assert first.standing == [payment(1)]
    assert windows.remembered[1].amount == 57.16
    assert [second, third] == [[log.recorded[2]], [log.recorded[3]]]


async def test_a_new_decision_carries_the_features_that_it_was_made_by_and_a_retry_does_not() -> (
    None
):
    windows, log = MemoryWindows(), MemoryLog()
    use_case = scoring(windows, log)

    (decided,) = await use_case.score([payment(1)])

    assert decided.features is not None
    assert decided.features[0] == 57.16
