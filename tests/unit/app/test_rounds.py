"""Many requests at once: decided together, answered each by itself."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest

from app import line
from app import rounds as rounds_module
from app.domain.scoring import Decision
from app.domain.transactions import Floats, Transaction
from app.line import Busy, Limits
from app.ports.decisions import Contradiction, Decided, LogAway, Standing
from app.rounds import Rounds
from app.scoring import Scoring
from app.telemetry import STAGES, Telemetry
from tests.unit.app.memory import MemoryLog, MemoryWindows, amount_judge, payment

PROMPT = Limits(gather_seconds=0, gather_most_seconds=0, wait_seconds=60)


class SlowLog(MemoryLog):
    """Records when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.may = asyncio.Event()
        self.may.set()

    async def record(
        self, groups: Sequence[Sequence[Decided]], *, windowed: bool
    ) -> Sequence[Standing]:
        await self.may.wait()
        return await super().record(groups, windowed=windowed)


class Picky:
    """A decider with a fault that one amount brings out."""

    def __getattr__(self, name: str) -> Any:
        return getattr(amount_judge(), name)

    def decide(self, payments: Sequence[Transaction], rows: Floats, /) -> list[Decision]:
        if 13 in rows[:, 0]:
            raise ZeroDivisionError
        return amount_judge().decide(payments, rows)


class Platform:
    def __init__(self) -> None:
        self.windows, self.log, self.telemetry = MemoryWindows(), SlowLog(), Telemetry()
        self.decider: Any = amount_judge()

    def rounds(self, limits: Limits = PROMPT) -> AbstractAsyncContextManager[Rounds]:
        return Rounds(
            Scoring(self.windows, self.decider, self.log), self.telemetry, limits
        ).running()

    @asynccontextmanager
    async def busy(self, limits: Limits = PROMPT) -> AsyncIterator[Rounds]:
        """All slots are taken by rounds that can not be recorded before the end."""
        async with self.rounds(limits) as rounds:
            self.log.may.clear()
            held = []
            for number in range(limits.recording):
                held.append(rounds.score([payment(900 + number)]))
                await until(self.windows, 900 + number)
            yield rounds
            self.log.may.set()
            await asyncio.gather(*held)


async def until(windows: MemoryWindows, number: int) -> None:
    async with asyncio.timeout(30):
        while number not in windows.remembered:  # noqa: ASYNC110 (it knows no events)
            await asyncio.sleep(0)


@pytest.fixture
def platform() -> Platform:
    return Platform()


async def test_what_arrives_together_is_recorded_together_and_answered_singly(
    platform: Platform,
) -> None:
    async with platform.rounds() as rounds:
        answers = await asyncio.gather(*(rounds.score([payment(n)]) for n in range(1, 40)))

    assert platform.log.rounds == [39]
    assert [one.payment.transaction_id for (one,) in answers] == list(range(1, 40))


async def test_a_lone_payment_waits_for_nobody(platform: Platform) -> None:
    async with platform.rounds(Limits(gather_seconds=60)) as rounds, asyncio.timeout(30):
        (decided,) = await rounds.score([payment(1)])

    assert platform.log.recorded[1] is decided


async def test_where_the_time_of_a_round_went_is_counted(platform: Platform) -> None:
    async with platform.rounds() as rounds:
        await rounds.score([payment(1)])
        await asyncio.gather(rounds.score([payment(2)]), rounds.score([payment(3)]))

    told = platform.telemetry.exposition().decode()
    for stage in STAGES:
        assert f'fraud_round_seconds_count{{stage="{stage}"}} 2.0' in told


async def test_rounds_that_follow_closely_wait_a_moment_for_more(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However slow the machine is: the second payment comes when the first round has just begun.
    monkeypatch.setattr(rounds_module, "monotonic", lambda: 100.0)
    async with platform.rounds(Limits(gather_seconds=0.05)) as rounds:
        await rounds.score([payment(1)])
        second = rounds.score([payment(2)])
        await asyncio.sleep(0.01)
        third = rounds.score([payment(3)])
        await asyncio.gather(second, third)

    assert platform.log.rounds == [1, 2]


async def test_who_waits_for_room_is_not_asked_for_patience_again(platform: Platform) -> None:
    limits = Limits(payments=2, gather_seconds=60, gather_most_seconds=60, wait_seconds=60)
    async with platform.rounds(limits) as rounds:
        batch = [payment(2), payment(3)]
        told = [rounds.score(these) for these in ([payment(1)], batch, [payment(4)])]
        async with asyncio.timeout(30):
            await asyncio.gather(*told)

    assert platform.log.rounds == [1, 2, 1]


@pytest.mark.parametrize(
    ("per_second", "patience"),
    [(0, 0.004), (1000, 0.004), (2000, 0.008), (5000, 0.012)],
)
async def test_the_more_requests_come_the_longer_rounds_are_put_off(
    platform: Platform, per_second: float, patience: float
) -> None:
    async with platform.rounds(Limits()) as rounds:
        await asyncio.gather(*(rounds.score([payment(n)]) for n in range(10)))
        assert rounds.pace.per_second > 1

        rounds.pace.per_second = per_second

        assert rounds.patience == pytest.approx(patience)


async def test_the_next_round_is_judged_while_one_is_recorded(platform: Platform) -> None:
    async with platform.rounds() as rounds:
        platform.log.may.clear()
        first = rounds.score([payment(1)])
        await until(platform.windows, 1)
        second = rounds.score([payment(2)])
        await until(platform.windows, 2)
        assert not first.done()
        assert not second.done()
        platform.log.may.set()
        await asyncio.gather(first, second)

    assert platform.log.rounds == [1, 1]


async def test_an_id_that_is_in_flight_twice_is_in_two_rounds_with_one_answer(
    platform: Platform,
) -> None:
    async with platform.busy() as rounds:
        told = [rounds.score([payment(n)]) for n in (1, 2, 1, 3)]
        platform.log.may.set()
        answers = [(await one)[0] for one in told]

    assert platform.log.rounds[-2:] == [2, 2]
    assert answers[2] is answers[0]


async def test_a_contradiction_is_only_its_own(platform: Platform) -> None:
    async with platform.rounds() as rounds:
        await rounds.score([payment(1)])
        told = [rounds.score([one]) for one in (payment(2), payment(1, amount=9), payment(3))]
        answers = await asyncio.gather(*told, return_exceptions=True)

    assert platform.log.rounds == [1, 3]
    assert isinstance(answers[1], Contradiction)
    assert set(platform.log.recorded) == {1, 2, 3}


async def test_a_batch_shares_a_round_with_others(platform: Platform) -> None:
    async with platform.rounds() as rounds:
        batch = [payment(2), payment(3)]
        told = [rounds.score(these) for these in ([payment(1)], batch, [payment(4)])]
        answers = await asyncio.gather(*told)

    assert platform.log.rounds == [4]
    assert [one.payment.transaction_id for one in answers[1]] == [2, 3]


async def test_a_batch_that_no_round_holds_is_one_by_itself(platform: Platform) -> None:
    async with platform.rounds(Limits(payments=2, gather_seconds=0)) as rounds:
        batch = [payment(n) for n in (2, 3, 4)]
        told = [rounds.score(these) for these in ([payment(1)], batch, [payment(5)])]
        await asyncio.gather(*told)

    assert platform.log.rounds == [1, 3, 1]


async def test_of_a_batch_that_contradicts_nothing_is_recorded_and_of_its_neighbours_all(
    platform: Platform,
) -> None:
    async with platform.rounds() as rounds:
        await rounds.score([payment(1)])
        told = [
            rounds.score(these)
            for these in ([payment(5)], [payment(2), payment(1, amount=9)], [payment(3)])
        ]
        _, torn, _ = await asyncio.gather(*told, return_exceptions=True)

    assert isinstance(torn, Contradiction)
    assert set(platform.log.recorded) == {1, 3, 5}


async def test_payments_are_seen_in_the_order_in_which_they_came(platform: Platform) -> None:
    limits = Limits(payments=3, gather_seconds=0, gather_most_seconds=0)
    async with platform.rounds(limits) as rounds:
        await asyncio.gather(*(rounds.score([payment(n)]) for n in (5, 3, 8, 1, 9, 2)))

    assert list(platform.windows.remembered) == [5, 3, 8, 1, 9, 2]
    assert platform.log.rounds == [3, 3]


async def test_more_than_may_wait_is_refused_at_once(platform: Platform) -> None:
    async with platform.busy(Limits(waiting=3, gather_seconds=0)) as rounds:
        told = [rounds.score([payment(n)]) for n in (1, 2, 3)]
        with pytest.raises(Busy, match="3 payments are waiting"):
            rounds.score([payment(4)])
        platform.log.may.set()
        await asyncio.gather(*told)

    assert 4 not in platform.windows.remembered


async def test_who_would_wait_too_long_is_refused_unless_nobody_waits(platform: Platform) -> None:
    async with platform.busy(Limits(gather_seconds=0, recording=2)) as rounds:
        rounds.round_seconds = 60
        let_in = rounds.score([payment(1)])
        with pytest.raises(Busy, match="it would take 30 seconds"):
            rounds.score([payment(2)])
        platform.log.may.set()
        await let_in


async def test_who_waited_in_vain_is_not_remembered(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(line, "monotonic", lambda: now)
    async with platform.busy(Limits(wait_seconds=2, gather_seconds=0)) as rounds:
        late = rounds.score([payment(1)])
        now += 3
        platform.log.may.set()
        with pytest.raises(Busy, match="waited in vain"):
            await late

    assert 1 not in platform.windows.remembered


async def test_an_outage_of_the_log_is_told_to_all(platform: Platform) -> None:
    platform.log.trouble = LogAway("away")
    async with platform.rounds() as rounds:
        told = [rounds.score([payment(n)]) for n in (1, 2)]
        answers = await asyncio.gather(*told, return_exceptions=True)

    assert [type(one) for one in answers] == [LogAway, LogAway]
    assert platform.log.rounds == [2]


async def test_a_fault_that_one_payment_brings_out_fails_only_that_one(platform: Platform) -> None:
    platform.decider = Picky()
    async with platform.rounds() as rounds:
        told = [rounds.score([one]) for one in (payment(1), payment(2, amount=13), payment(3))]
        answers = await asyncio.gather(*told, return_exceptions=True)
        (after,) = await rounds.score([payment(4)])

    assert isinstance(answers[1], ZeroDivisionError)
    assert set(platform.log.recorded) == {1, 3, 4}
    assert after.payment == payment(4)


async def test_who_went_away_meanwhile_disturbs_nobody(platform: Platform) -> None:
    async with platform.busy() as rounds:
        gone, here = rounds.score([payment(1)]), rounds.score([payment(2)])
        gone.cancel()
        platform.log.may.set()
        (decided,) = await here

    assert decided.payment == payment(2)
