from dataclasses import replace
from typing import cast

from tests.drills.clients import Clients
from tests.drills.faults.pods import redis_found
from tests.drills.primaries import Primaries
from tests.drills.scene import Scene
from tests.e2e.stack import RunningStack
from tests.unit.drills.operations import told

FAULT = 100.0


def scene(*degraded: float, notes: tuple[tuple[float, str], ...] = ()) -> Scene:
    stack = cast("RunningStack", None)
    clients = Clients(stack)
    clients.operations = [told(1, FAULT - 2, FAULT - 1), told(2, FAULT + 30, FAULT + 31)] + [
        replace(told(number, at - 0.1, at), degraded=True) for number, at in enumerate(degraded, 3)
    ]
    return Scene(stack, clients, Primaries(stack), fault=FAULT, notes=list(notes))


def test_of_several_redis_is_back_when_answers_are_no_longer_degraded() -> None:
    found = redis_found(scene(FAULT + 0.5, FAULT + 6.25, notes=((FAULT, "features-0 killed"),)))

    assert found["degraded_seconds"] == 5.75
    assert found["degraded_until"] == found["degraded_after_return"] == 6.25


def test_the_only_one_is_back_some_time_after_its_return() -> None:
    found = redis_found(scene(FAULT + 1, FAULT + 24, notes=((FAULT + 20, "features returns"),)))

    assert (found["degraded_seconds"], found["degraded_after_return"]) == (23, 4)


def test_what_was_degraded_before_the_fault_is_not_its_doing() -> None:
    found = redis_found(scene(FAULT - 5))

    assert set(found.values()) == {0.0}
