"""The champion is searched on validation folds, in data that hold no test day at all."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import pytest

from app.training import search
from app.training.booster import Parameters, fit, scores
from app.training.metrics import quality
from app.training.protocol import KNOWN, TESTS, VALIDATION, Dataset, TooEarlyError
from tests.unit.app.training.small import PARAMETERS, dataset, known


class Asked:
    """Asks for one point, and gives up after so many folds."""

    def __init__(self, patience: int) -> None:
        self.reported: list[float] = []
        self._patience = patience

    def suggest_categorical(self, name: str, choices: Sequence[Any], /) -> Any:
        assert choices == search.SPACE[name]
        return asdict(PARAMETERS)[name]

    def report(self, value: float, step: int) -> None:
        assert step == len(self.reported)
        self.reported.append(value)

    def should_prune(self) -> bool:
        return len(self.reported) >= self._patience


class Study:
    def __init__(self, *patience: int) -> None:
        self.told: list[float | None] = []
        self._patience = list(patience)

    def ask(self) -> Asked:
        return Asked(self._patience.pop(0))

    def tell(self, _: Any, values: float | None = None) -> None:
        self.told.append(values)


def test_a_trial_has_the_three_figures_of_every_validation_fold() -> None:
    study = Study(9)

    (trial,) = search.search(known(), study, trials=1)

    train, test = dataset().split(VALIDATION[1], PARAMETERS.weeks)
    expected = quality(test.payments, scores(fit(train, PARAMETERS), test.rows))
    assert Parameters(**trial.parameters) == PARAMETERS
    assert [len(trial.auc), len(trial.ap), len(trial.cp100)] == [len(VALIDATION)] * 3
    assert (trial.auc[1], trial.ap[1]) == pytest.approx((expected.auc, expected.ap), abs=1e-6)
    assert study.told == [trial.score]


def test_a_hopeless_trial_is_given_up_and_told_without_a_value() -> None:
    study = Study(2)

    (trial,) = search.search(known(), study, trials=1)

    assert len(trial.ap) == 2
    assert study.told == [None]


@pytest.mark.parametrize("fold", TESTS)
def test_what_the_search_is_given_can_not_open_a_test_day(fold: Any) -> None:
    with pytest.raises(TooEarlyError, match=f"days {fold.train} to|days {fold.test} to"):
        known().split(fold)
    with pytest.raises(TooEarlyError, match="this data set holds days 0 to 121"):
        known().days(KNOWN, 1)


def test_what_the_search_is_given_holds_no_payment_that_is_not_labelled_by_the_first_test_day() -> (
    None
):
    payments = known().everything.payments

    assert payments.times[-1] < known().start + KNOWN * 86_400
    assert min(fold.test for fold in TESTS) >= KNOWN + 7


def test_cutting_the_data_off_changes_no_feature_of_what_is_left() -> None:
    whole: Dataset = dataset()
    rows = known().everything.rows

    assert (whole.everything.rows[: len(rows)] == rows).all()


def test_the_space_is_searched_from_a_point_of_its_own() -> None:
    assert all(search.FIRST[name] in values for name, values in search.SPACE.items())
    assert set(search.FIRST) == set(search.SPACE) == set(Parameters.__slots__)
