"""What a trial of a lost region is judged by."""

from tests.drills.operations import Operation
from tests.drills.regions.insiders import turns
from tests.prove import safe_3


def told(answered: float, status: int = 200) -> Operation:
    return Operation(
        key=1, kind="tell", called=answered - 0.01, answered=answered, status=status, value="v"
    )


def test_regions_that_follow_each_other_take_turns() -> None:
    seen = [("east", told(1)), ("west", told(9)), ("east", told(2)), ("east", told(30))]

    found = turns(seen)

    assert [(t.region, t.first, t.last) for t in found] == [
        ("east", 1, 2),
        ("west", 9, 9),
        ("east", 30, 30),
    ]


def test_two_that_acknowledge_at_once_make_more_turns_than_there_were() -> None:
    seen = [("east", told(1)), ("west", told(2)), ("east", told(3)), ("west", told(4))]

    assert len(turns(seen)) == 4


def test_a_refusal_is_no_acknowledgement() -> None:
    seen = [("east", told(1)), ("west", told(2, status=503)), ("east", told(3))]

    assert len(turns(seen)) == 1


def ended(**changes: object) -> dict[str, object]:
    trial = {
        "rto_seconds": 14.2, "rpo_seconds": 0.3, "lost": [1], "two_at_once": 0,
        "split": {"detect": 3.0, "decide": 4.0, "promote": 3.0, "reroute": 1.0},
        "lost_after_the_failover": [], "failback_gap_seconds": 8.0, "not_linearizable": [],
        "acknowledged": 2000,
    }  # fmt: skip
    return trial | changes


def broken(trials: list[dict[str, object]]) -> set[str]:
    return {figure.name for figure in safe_3.figures(trials) if not figure.holds}


def test_every_bar_can_be_missed() -> None:
    assert broken([ended(), ended()]) == set()
    assert broken([ended(rto_seconds=31)]) == {"rto_seconds"}
    assert broken([ended(rpo_seconds=5.1)]) == {"rpo_seconds"}
    assert broken([ended(two_at_once=1)]) == {"two_at_once"}
    assert broken([ended(lost_after_the_failover=[7])]) == {"lost_going_back"}
    assert broken([ended(not_linearizable=["payment 1"])]) == {"not_linearizable"}
    assert "broken_off" in broken([ended(), {"broke_off": "no answer"}])


def test_too_few_trials_keep_no_promise() -> None:
    few = safe_3.counts({"killed": [{}] * 5, "cut": [{}] * 4})

    assert [figure.holds for figure in few] == [True, False]
