import numpy as np
import pytest

from app.training.thresholds import choose


def test_review_fills_the_analysts_day_and_decline_is_as_low_as_it_is_precise() -> None:
    scores = np.linspace(1, 0, 1000)
    frauds = np.zeros(1000, np.bool_)
    frauds[:40] = True
    frauds[[10, 30]] = False  # 38 of the first 40 are frauds: 95 %

    chosen = choose(scores, frauds, days=2)

    assert chosen.decline == scores[39]
    assert chosen.review == scores[199]


def test_equal_scores_are_decided_alike() -> None:
    scores = np.array([0.9, 0.5, 0.5, 0.1])
    frauds = np.array([True, True, False, False])  # up to the middle of the tie all are frauds

    assert choose(scores, frauds, days=1).decline == 0.9


def test_review_never_asks_for_more_than_decline() -> None:
    scores = np.linspace(1, 0.5, 1000)

    chosen = choose(scores, np.ones(1000, np.bool_), days=1)

    assert chosen.review == chosen.decline == 0.5


def test_a_model_that_refuses_nothing_precisely_is_not_given_thresholds() -> None:
    with pytest.raises(ValueError, match="no score refuses with a precision of 95%"):
        choose(np.array([0.9, 0.1]), np.array([False, True]), days=1)
