"""The benchmark's card precision; AUC and AP are scikit-learn's."""

import numpy as np
import pytest

from app.domain.transactions import DAY, Transactions
from app.training.metrics import card_precision, quality


def payments(*rows: tuple[int, int, bool]) -> Transactions:
    """From (day, customer, fraud)."""
    days, customers, frauds = (np.array(column) for column in zip(*rows, strict=True))
    nothing = np.zeros(len(rows), np.int64)
    return Transactions(
        ids=np.arange(len(rows)),
        customers=customers,
        terminals=nothing,
        amounts=nothing.astype(np.float64),
        times=days * DAY,
        scenarios=frauds.astype(np.int64),
    )


def test_a_card_counts_once_with_its_highest_score_and_any_fraud_of_the_day() -> None:
    day = payments((0, 1, False), (0, 1, True), (0, 2, False), (0, 3, True))

    # card 1 is alerted for its genuine payment, and it is compromised; card 3 is missed
    assert card_precision(day, np.array([0.9, 0.1, 0.8, 0.2]), alerts=2) == 0.5


def test_a_card_found_compromised_is_not_looked_at_again() -> None:
    days = payments((0, 1, True), (0, 2, False), (1, 1, True), (1, 2, True))

    assert card_precision(days, np.array([0.9, 0.1, 0.9, 0.1]), alerts=1) == 1.0


def test_a_card_that_was_missed_can_still_be_found() -> None:
    days = payments((0, 1, True), (0, 2, False), (1, 1, True))

    assert card_precision(days, np.array([0.1, 0.9, 0.9]), alerts=1) == 0.5


def test_a_perfect_and_a_useless_ranking_get_the_figures_they_deserve() -> None:
    days = payments((0, 1, True), (0, 2, False), (0, 3, False), (0, 4, True))

    perfect = quality(days, days.frauds.astype(np.float64))
    useless = quality(days, np.zeros(4))

    assert (perfect.auc, perfect.ap) == (1.0, 1.0)
    assert (useless.auc, useless.ap) == (0.5, 0.5)
    assert perfect.cp100 == pytest.approx(0.02)  # two of a hundred alerts
