from dataclasses import replace

import numpy as np
import pytest

from app.domain.comparison import Duel, report
from app.domain.scoring import Thresholds
from app.domain.transactions import DAY

LIMITS = {"champion": Thresholds(0.3, 0.6), "challenger": Thresholds(0.3, 0.6)}
COUNT = 4000


def duel(seed: int = 1) -> Duel:
    """Both score alike, and rather well."""
    random = np.random.default_rng(seed)
    frauds = random.random(COUNT) < 0.05
    scores = np.clip(random.normal(0.1 + 0.4 * frauds, 0.1), 0, 1)
    return Duel(
        times=np.sort(random.integers(0, 3 * DAY, COUNT)),
        cards=random.integers(0, 900, COUNT),
        champion=scores,
        challenger=scores.copy(),
        frauds=frauds,
        labelled=np.ones(COUNT, np.bool_),
    )


def blurred(scores: np.ndarray, by: float, seed: int = 2) -> np.ndarray:
    return np.clip(scores + np.random.default_rng(seed).normal(0, by, len(scores)), 0, 1)


def test_two_that_score_alike_agree_in_everything() -> None:
    found = report(duel(), LIMITS)

    assert found["payments"] == COUNT
    assert found["outcomes"]["agreement"] == 1
    assert found["outcomes"]["moved"] == {}
    assert found["outcomes"]["largest_difference"] == 0
    assert found["scores"]["champion"] == found["scores"]["challenger"]
    assert {name: found["labelled"][name]["difference"] for name in ("auc", "ap", "cp100")} == {
        "auc": 0,
        "ap": 0,
        "cp100": 0,
    }
    assert found["advice"] == "promote"


def test_moves_are_counted_by_where_they_come_from_and_go_to() -> None:
    few = replace(
        duel(),
        champion=np.array([0.1, 0.3, 0.7, 0.7]),
        challenger=np.array([0.1, 0.7, 0.2, 0.6]),
        **{name: getattr(duel(), name)[:4] for name in ("times", "cards", "frauds", "labelled")},
    )
    found = report(few, LIMITS)

    assert found["outcomes"]["moved"] == {"review to decline": 1, "decline to approve": 1}
    assert found["outcomes"]["agreement"] == 0.5
    assert found["outcomes"]["stopped"] == {"champion": 0.75, "challenger": 0.5}
    assert found["advice"] == "wait"


def test_a_challenger_that_ranks_worse_is_rejected_with_its_interval() -> None:
    given = duel()
    found = report(replace(given, challenger=blurred(given.champion, 0.3)), LIMITS)

    low, high = found["labelled"]["ap"]["interval_95"]
    assert low < found["labelled"]["ap"]["difference"] < high < 0
    assert found["advice"] == "reject"


def test_a_challenger_that_may_be_worse_waits() -> None:
    given = duel()
    either = {
        name: blurred(given.champion, 0.1, seed)
        for name, seed in (("champion", 2), ("challenger", 4))
    }
    found = report(replace(given, **either), LIMITS)

    low, high = found["labelled"]["ap"]["interval_95"]
    assert (found["advice"], low < -0.01 <= high) == ("wait", True)


def test_a_challenger_that_stops_many_more_waits_for_a_person() -> None:
    found = report(duel(), LIMITS | {"challenger": Thresholds(0.15, 0.6)})

    assert found["advice"] == "wait"
    assert "it stops" in found["because"]


@pytest.mark.parametrize("known", [0, 300])
def test_without_enough_labels_it_waits(known: int) -> None:
    given = duel()
    given.labelled[known:] = False
    found = report(given, LIMITS)

    assert found["labelled"]["payments"] == known
    assert found["advice"] == "wait"
    assert "too few" in found["because"]


def test_without_payments_there_is_nothing_to_compare() -> None:
    given = duel()
    names = ("times", "cards", "champion", "challenger", "frauds", "labelled")
    found = report(Duel(**{name: getattr(given, name)[:0] for name in names}), LIMITS)

    assert (found["payments"], found["outcomes"], found["advice"]) == (0, {}, "wait")
