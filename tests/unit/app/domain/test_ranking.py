import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from app.domain.ranking import DailyAlerts, Ranking
from app.domain.transactions import DAY, Transactions
from app.training.metrics import card_precision


def drawn(count: int = 3000) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(3)
    frauds = random.random(count) < 0.05
    scores = np.round(np.clip(random.normal(0.3 + 0.3 * frauds, 0.2), 0, 1), 2)  # with ties
    return frauds, scores


def test_figures_are_those_of_scikit_learn() -> None:
    frauds, scores = drawn()

    auc, ap = Ranking(frauds, scores).figures()

    assert auc == pytest.approx(roc_auc_score(frauds, scores), abs=1e-12)
    assert ap == pytest.approx(average_precision_score(frauds, scores), abs=1e-12)


def test_a_weight_counts_a_payment_that_often() -> None:
    frauds, scores = drawn(500)
    weights = np.random.default_rng(4).integers(0, 4, 500)
    many = np.repeat(np.arange(500), weights)

    weighted = Ranking(frauds, scores).figures(weights.astype(float))

    assert weighted == pytest.approx(Ranking(frauds[many], scores[many]).figures())


@pytest.mark.parametrize("frauds", [[True, True], [False, False]])
def test_one_kind_alone_makes_no_ranking(frauds: list[bool]) -> None:
    with pytest.raises(ValueError, match="need both kinds"):
        Ranking(np.array(frauds), np.array([0.1, 0.2]))


def test_daily_alerts_are_the_benchmarks() -> None:
    frauds, scores = drawn()
    random = np.random.default_rng(5)
    times = np.sort(random.integers(0, 5 * DAY, len(frauds)))
    cards = random.integers(0, 400, len(frauds))
    none = np.zeros(len(frauds), np.int64)
    payments = Transactions(none, cards, none, scores, times, frauds.astype(np.int64))

    ours = DailyAlerts.of(times, cards, frauds, scores, alerts=20)

    assert len(ours.precisions) == 5
    assert ours.mean == pytest.approx(card_precision(payments, scores, alerts=20))
