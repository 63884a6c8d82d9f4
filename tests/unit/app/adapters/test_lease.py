"""No two regions acknowledge at once, whoever is cut off, slow, asleep or deposed."""

from typing import cast

import pytest

from app.adapters.lease import MARGIN, WitnessedLease
from app.adapters.witness import Witness
from app.ports.decisions import LogAway
from app.ports.lease import Alone
from app.telemetry import Telemetry
from tests.unit.app.witness_fake import MemoryWitness

SECONDS = 6


class Regions:
    """Processes of two regions before one witness, and one clock."""

    def __init__(self) -> None:
        self.witness = MemoryWitness()

    def process(
        self, region: str, name: str = "a", witness: MemoryWitness | None = None
    ) -> WitnessedLease:
        return WitnessedLease(
            cast("Witness", witness or self.witness),
            Telemetry(),
            region=region,
            process=name,
            seconds=SECONDS,
            clock=lambda: self.witness.now,
        )

    def wait(self, seconds: float) -> None:
        self.witness.now += seconds


@pytest.fixture
def regions() -> Regions:
    return Regions()


def test_only_the_declared_region_gets_the_lease(regions: Regions) -> None:
    regions.witness.declare("east")
    east, west = regions.process("east"), regions.process("west")
    east.renew()
    west.renew()

    assert (east.held, west.held) == (True, False)
    east.check()
    with pytest.raises(LogAway, match="does not hold the lease"):
        west.check()


def test_all_processes_of_a_region_hold_it_together(regions: Regions) -> None:
    regions.witness.declare("east")
    processes = [regions.process("east", name) for name in ("a", "b")]
    for one in processes:
        one.renew()

    assert all(one.held for one in processes)


def test_before_anyone_was_declared_nobody_has_it(regions: Regions) -> None:
    east = regions.process("east")
    east.renew()

    assert not east.held


def test_who_is_cut_off_stops_before_the_other_region_can_begin(regions: Regions) -> None:
    regions.witness.declare("east")
    east, west = regions.process("east"), regions.process("west")
    east.renew()
    regions.witness.declare("west")

    both, begun = 0, None
    while begun is None:
        regions.wait(0.25)
        west.renew()  # east reaches nobody any more
        both += east.held and west.held
        if west.held:
            begun = regions.witness.now

    assert both == 0
    assert SECONDS <= begun <= SECONDS + 1
    assert not east.held


def test_its_end_comes_a_margin_earlier_here_than_at_the_witness(regions: Regions) -> None:
    regions.witness.declare("east")
    east = regions.process("east")
    east.renew()

    regions.wait(SECONDS - MARGIN - 0.01)
    assert east.held
    regions.wait(0.02)
    assert not east.held
    assert regions.witness.holders() == {"east"}


def test_the_time_is_counted_from_before_the_question_was_sent(
    regions: Regions, monkeypatch: pytest.MonkeyPatch
) -> None:
    regions.witness.declare("east")
    east, ask = regions.process("east"), regions.witness.ask
    east.renew()
    sent = regions.witness.now

    def slow(path: str, question: dict[str, object]) -> object:
        answer = ask(path, question)
        regions.wait(1)  # on its way back
        return answer

    monkeypatch.setattr(regions.witness, "ask", slow)
    east.renew()

    regions.witness.now = sent + SECONDS - MARGIN
    assert not east.held


def test_an_answer_that_is_lost_prolongs_nothing(regions: Regions) -> None:
    regions.witness.declare("east")
    east = regions.process("east")
    east.renew()
    regions.witness.answers_get_lost = True
    regions.wait(3)
    east.renew()

    regions.wait(SECONDS - MARGIN - 3)
    assert not east.held


def test_a_key_whose_putting_was_not_answered_is_given_back_when_deposed(regions: Regions) -> None:
    regions.witness.declare("east")
    east, west = regions.process("east"), regions.process("west")
    east.renew()
    regions.witness.answers_get_lost = True
    east.renew()
    regions.witness.answers_get_lost = False
    regions.witness.declare("west")
    east.renew()
    west.renew()

    assert (east.held, west.held) == (False, True)


def test_who_is_deposed_stops_at_once_and_lets_the_other_begin(regions: Regions) -> None:
    regions.witness.declare("east")
    east, west = regions.process("east"), regions.process("west")
    east.renew()
    regions.witness.declare("west")
    east.renew()

    assert not east.held
    west.renew()
    assert west.held


def test_one_process_that_cannot_be_reached_keeps_the_other_region_waiting(
    regions: Regions,
) -> None:
    regions.witness.declare("east")
    near, far = regions.process("east", "near"), regions.process("east", "far")
    west = regions.process("west")
    near.renew()
    far.renew()
    regions.witness.declare("west")
    near.renew()
    west.renew()

    assert far.held
    assert not west.held


def test_a_process_that_slept_gets_a_new_lease_when_it_wakes(regions: Regions) -> None:
    regions.witness.declare("east")
    east = regions.process("east")
    east.renew()
    regions.wait(60)
    assert not east.held

    east.renew()
    assert east.held


def test_a_short_absence_of_the_witness_is_survived_and_a_long_one_is_not(
    regions: Regions,
) -> None:
    regions.witness.declare("east")
    east = regions.process("east")
    east.renew()
    regions.witness.away = True
    regions.wait(3)
    east.renew()
    assert east.held
    regions.wait(3)
    east.renew()
    assert not east.held


def test_a_region_that_waits_asks_for_no_new_lease_each_time(regions: Regions) -> None:
    regions.witness.declare("east")
    west = regions.process("west")
    for _ in range(5):
        regions.wait(1)
        west.renew()

    assert regions.witness.asked.count("/v3/lease/grant") == 1


def test_names_that_begin_alike_are_different_regions(regions: Regions) -> None:
    regions.witness.declare("east")
    regions.process("east").renew()
    regions.witness.declare("east-2")
    second = regions.process("east-2")
    second.renew()

    assert not second.held


async def test_watching_begins_with_a_look_and_ends_with_giving_back(regions: Regions) -> None:
    regions.witness.declare("east")
    east = regions.process("east")
    async with east.watching():
        assert east.held

    assert not east.held
    assert regions.witness.holders() == set()


def test_without_another_region_it_is_always_held() -> None:
    assert Alone().held
    Alone().check()
