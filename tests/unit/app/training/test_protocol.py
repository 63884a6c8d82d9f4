"""Nothing of the test reaches the training, and the split is the published one."""

import numpy as np
import pytest

from app.domain.transactions import DAY
from app.training.metrics import card_precision
from app.training.protocol import TEST, TESTS, VALIDATION, WEEK, Dataset, Fold, TooEarlyError
from tests.unit.app.published import features_of_published
from tests.unit.app.training.small import dataset


@pytest.fixture(scope="module")
def published() -> Dataset:
    return features_of_published()


def day_of(whole: Dataset, times: np.ndarray[tuple[int], np.dtype[np.int64]]) -> set[int]:
    return {int(day) for day in np.unique((times - whole.start) // DAY)}


def test_the_split_has_the_published_sizes(published: Dataset) -> None:
    train, test = published.split(TEST)

    assert (len(train.frauds), int(train.frauds.sum())) == (67_240, 598)
    assert (len(test.frauds), int(test.frauds.sum())) == (58_264, 385)


def test_a_perfect_scorer_reaches_the_published_ceiling(published: Dataset) -> None:
    _, test = published.split(TEST)

    assert card_precision(test.payments, test.frauds.astype(np.float64)) == pytest.approx(
        0.397, abs=5e-4
    )


def test_every_validation_payment_and_its_label_is_known_before_the_first_test_day() -> None:
    last_validated = max(fold.test + WEEK - 1 for fold in VALIDATION)

    assert last_validated + WEEK < TEST.test
    assert [fold.train for fold in VALIDATION] == [80, 87, 94, 101]
    assert [fold.train for fold in TESTS] == [115, 122, 129, 136]


@pytest.mark.parametrize("fold", [*VALIDATION, TEST])
def test_training_and_test_are_a_week_each_with_a_week_between(fold: Fold) -> None:
    train, test = dataset().split(fold)

    assert day_of(dataset(), train.payments.times) == set(range(fold.train, fold.train + 7))
    assert day_of(dataset(), test.payments.times) == set(range(fold.train + 14, fold.train + 21))


def test_more_weeks_of_training_reach_back_and_leave_the_test_as_it_is() -> None:
    week, test = dataset().split(TEST)
    weeks, same = dataset().split(TEST, 3)

    assert day_of(dataset(), weeks.payments.times) == set(range(TEST.train - 14, TEST.train + 7))
    assert weeks.payments.ids[-len(week.frauds) :].tolist() == week.payments.ids.tolist()
    assert same.payments.ids.tolist() == test.payments.ids.tolist()


def test_days_that_a_data_set_does_not_hold_are_refused() -> None:
    with pytest.raises(TooEarlyError, match="days -1 to 5: this data set holds days 0 to 135"):
        dataset().days(-1, 7)
    with pytest.raises(TooEarlyError, match="days 130 to 136"):
        dataset().days(130, 7)


def test_a_card_is_removed_from_the_day_on_that_its_fraud_is_known() -> None:
    whole = dataset()
    _, test = whole.split(TEST)

    for day in range(TEST.test, TEST.test + WEEK):
        known = whole.days(TEST.train, day - 7 - TEST.train)
        blocked = set(known.payments.customers[known.frauds].tolist())
        every = whole.days(day, 1).payments.customers
        left = test.payments.between(whole.start + day * DAY, whole.start + (day + 1) * DAY)
        assert left.customers.tolist() == [card for card in every if card not in blocked]
