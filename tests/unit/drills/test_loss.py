from tests.drills.loss import loss
from tests.unit.drills.operations import told


def test_what_was_acknowledged_and_is_not_there_is_lost() -> None:
    found = loss([told(1, 0, 1), told(2, 3, 4), told(3, 5, 6)], {1: "a"}, fault=10.0)

    assert found.rows == [2, 3]
    assert found.seconds == 6.0, "the oldest of them was acknowledged six seconds before the fault"


def test_what_was_acknowledged_after_the_fault_and_lost_spans_time_too() -> None:
    assert loss([told(1, 9, 9.5), told(2, 11, 13)], {}, fault=10.0).seconds == 3.5
    assert loss([told(2, 11, 13)], {}, fault=10.0).seconds == 3.0


def test_another_decision_than_the_one_that_was_told_is_a_loss() -> None:
    assert loss([told(1, 0, 1, "a")], {1: "b"}, fault=10.0).rows == [1]


def test_a_payment_that_was_told_twice_is_lost_once() -> None:
    assert loss([told(1, 0, 1), told(1, 2, 3)], {}, fault=10.0).rows == [1]


def test_nothing_lost_costs_no_time() -> None:
    found = loss([told(1, 0, 1)], {1: "a", 2: "never acknowledged"}, fault=10.0)

    assert (found.rows, found.seconds) == ([], 0.0)
