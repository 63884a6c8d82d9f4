from typing import cast

from tests.drills.clients import Clients
from tests.drills.primaries import Primaries, Seen
from tests.drills.scene import Scene
from tests.e2e.parts import HEALTHY
from tests.e2e.stack import RunningStack


def scene(*story: tuple[float, str, str, str]) -> Scene:
    stack = cast("RunningStack", None)
    seen = [Seen(at=a, current=c, target=t, phase=p, ready=3) for a, c, t, p in story]
    return Scene(stack, Clients(stack), Primaries(stack, seen), fault=10.0)


def test_the_primary_has_moved_when_another_one_says_that_it_is() -> None:
    before = (0.0, "ledger-1", "ledger-1", HEALTHY)

    assert not scene(before).moved()
    assert not scene(before, (11.0, "ledger-1", "ledger-2", "Failing over")).moved()
    assert scene(before, (12.0, "ledger-2", "ledger-2", "Failing over")).moved()


def test_a_primary_that_moved_before_the_fault_is_no_failover() -> None:
    story = ((0.0, "ledger-1", "ledger-1", HEALTHY), (5.0, "ledger-2", "ledger-2", HEALTHY))

    assert not scene(*story).moved()


def test_the_operator_is_settled_when_it_says_that_all_is_well() -> None:
    before = (0.0, "ledger-1", "ledger-1", HEALTHY)

    assert scene(before).settled()
    assert not scene(before, (11.0, "ledger-1", "pending", "Failing over")).settled()
    assert not scene().settled()


def test_the_same_status_twice_is_one_entry() -> None:
    watched = Primaries(cast("RunningStack", None))
    for at in (1.0, 2.0):
        watched._note(Seen(at=at, current="a", target="a", phase="", ready=3))
    watched._note(Seen(at=3.0, current="a", target="b", phase="", ready=3))

    assert [it.at for it in watched.seen] == [1.0, 3.0]
