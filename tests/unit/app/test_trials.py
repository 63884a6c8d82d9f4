"""Test runs of drafts beside the traffic."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import pytest

from app.domain.rules import Amount, RuleSet
from app.domain.ruling import Ruling
from app.domain.scoring import Decision, Outcome
from app.hindsight import Hindsight
from app.ports.archive import Known, Place
from app.ports.decisions import Decided
from app.trials import Occupied, Trials
from tests.unit.app.memory import amount_judge, payment
from tests.unit.app.rulebook import NOW, MemoryArchive, MemoryPast

DRAFT = Ruling(RuleSet(2, (Amount(code="large", then=Outcome.DECLINE, more_than=100),)))


class Counted(MemoryArchive):
    """How it was read, and a clock that moves with it."""

    def __init__(self, payments: int, seconds_a_step: float = 0) -> None:
        decision = Decision(Outcome.APPROVE, 0.1, (), "m")
        told = (payment(number, amount=number) for number in range(1, payments + 1))
        super().__init__({o.transaction_id: Decided(o, decision, False, NOW) for o in told})  # noqa: FBT003
        self.steps: list[int] = []
        self.now, self._step = 0.0, seconds_a_step

    async def latest(self, before: Place, limit: int) -> Sequence[Known]:
        self.steps.append(limit)
        self.now += self._step
        return await super().latest(before, limit)


def trials(archive: Counted) -> Trials:
    judge = amount_judge()
    hindsight = Hindsight(MemoryPast(), lambda: judge)
    return Trials(archive, hindsight, lambda: judge, Ruling, lambda: archive.now)


async def test_the_latest_payments_are_judged_in_small_steps() -> None:
    archive = Counted(130)

    trial = await trials(archive).run(DRAFT, payments=120, seconds=10)

    assert archive.steps == [50, 50, 20]
    assert trial.complete
    assert trial.tally.every.payments == 120
    assert trial.tally.moves[Outcome.APPROVE, Outcome.DECLINE].payments == 30  # 101 to 130
    assert trial.newest == datetime.fromisoformat("2026-01-01T00:02:09Z")


async def test_fewer_payments_than_asked_for_are_all_that_there_is() -> None:
    trial = await trials(Counted(3)).run(DRAFT, payments=1000, seconds=10)

    assert (trial.complete, trial.tally.every.payments) == (True, 3)


async def test_without_payments_there_is_nothing_to_find() -> None:
    trial = await trials(Counted(0)).run(DRAFT, payments=10, seconds=10)

    assert (trial.complete, trial.tally.every.payments, trial.newest) == (True, 0, None)


async def test_time_ends_it_with_what_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    rested: list[float] = []

    async def rest(seconds: float) -> None:
        rested.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", rest)
    archive = Counted(1000, seconds_a_step=0.4)

    trial = await trials(archive).run(DRAFT, payments=1000, seconds=1)

    assert (trial.complete, trial.tally.every.payments) == (False, 150)
    assert rested == pytest.approx([0.4] * 3)  # as long as the step took


async def test_one_test_at_a_time() -> None:
    running = trials(Counted(200))
    first = asyncio.create_task(running.run(DRAFT, payments=200, seconds=10))
    await asyncio.sleep(0)

    with pytest.raises(Occupied):
        await running.run(DRAFT, payments=1, seconds=1)

    assert (await first).complete
    assert (await running.run(DRAFT, payments=1, seconds=1)).complete
