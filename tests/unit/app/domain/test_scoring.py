"""A decision is a threshold, and its reasons are what the score would lose without them."""

import numpy as np
import pytest

from app.domain.features import FEATURES
from app.domain.reasons import FACTORS, variants
from app.domain.scoring import Judge, Outcome, Thresholds, worth_saying
from app.domain.transactions import Floats

ORDINARY = {
    "amount": 45.0,
    "customer_count_1d": 2.0,
    "customer_count_30d": 60.0,
    "customer_mean_1d": 50.0,
    "customer_mean_30d": 50.0,
    "terminal_count_30d": 29.0,
}


def features(**values: float) -> Floats:
    return np.array([{**ORDINARY, **values}.get(name, 0.0) for name in FEATURES])


class Additive:
    """A model whose log-odds are a weighted sum, so that contributions are known beforehand."""

    version = "additive-1"

    def __init__(self, **weights: float) -> None:
        self.weights = np.array([weights.get(name, 0.0) for name in FEATURES])
        self.runs = 0

    def probabilities(self, rows: Floats) -> Floats:
        self.runs += 1
        chances: Floats = 1 / (1 + np.exp(4 - (rows - features()) @ self.weights))
        return chances


def judge(**weights: float) -> Judge:
    return Judge(Additive(**weights), Thresholds(review=0.2, decline=0.9), features())


@pytest.mark.parametrize(
    ("score", "outcome"),
    [
        (0.0, Outcome.APPROVE),
        (0.1999, Outcome.APPROVE),
        (0.2, Outcome.REVIEW),
        (0.8999, Outcome.REVIEW),
        (0.9, Outcome.DECLINE),
        (1.0, Outcome.DECLINE),
    ],
)
def test_a_threshold_belongs_to_the_stricter_side(score: float, outcome: Outcome) -> None:
    assert Thresholds(review=0.2, decline=0.9).outcome(score) is outcome


@pytest.mark.parametrize(("review", "decline"), [(0.9, 0.2), (0.0, 0.5), (0.5, 1.1)])
def test_thresholds_without_order_are_refused(review: float, decline: float) -> None:
    with pytest.raises(ValueError, match="need 0 < review <= decline <= 1"):
        Thresholds(review=review, decline=decline)


def test_an_ordinary_payment_is_approved_without_reasons() -> None:
    (decision,) = judge(amount=0.01, terminal_risk_7d=9).decide((), features()[None])

    assert decision.outcome is Outcome.APPROVE
    assert decision.score == pytest.approx(0.018, abs=0.001)
    assert decision.reasons == ()
    assert decision.model_version == "additive-1"


def test_contributions_are_log_odds_and_the_strongest_comes_first() -> None:
    row = features(amount=345.0, terminal_risk_7d=0.5, terminal_count_7d=4)

    (decision,) = judge(amount=0.01, terminal_risk_7d=9).decide((), row[None])

    assert [reason.code for reason in decision.reasons] == ["terminal_risk", "amount"]
    assert [reason.contribution for reason in decision.reasons] == pytest.approx([4.5, 3.0])
    assert decision.outcome is Outcome.DECLINE


def test_what_lowers_the_score_is_no_reason() -> None:
    (decision,) = judge(amount=-0.01).decide((), features(amount=345.0)[None])

    assert decision.reasons == ()


def test_there_are_at_most_three_reasons() -> None:
    row = features(amount=145, night=1, customer_mean_1d=52, terminal_count_7d=9)
    weights = {"amount": 0.01, "night": 2.0, "customer_mean_1d": 2.0, "terminal_count_7d": 0.2}

    (decision,) = judge(**weights).decide((), row[None])

    codes = [reason.code for reason in decision.reasons]
    assert codes == ["customer_spending", "time", "terminal_traffic"]  # and not the amount


def test_many_rows_with_all_their_reasons_cost_two_runs_of_the_model() -> None:
    deciding = judge(amount=0.01)
    rows = np.array([features(amount=amount) for amount in (45.0, 545.0, 45.0, 345.0)])

    decisions = deciding.decide((), rows)

    assert isinstance(deciding.scorer, Additive)
    assert deciding.scorer.runs == 2
    assert [len(decision.reasons) for decision in decisions] == [0, 1, 0, 1]
    assert decisions[1] == deciding.decide((), rows[1:2])[0]


def test_asked_why_every_factor_answers_even_what_lowers_the_score() -> None:
    deciding = judge(amount=0.01, night=-1.0)
    row = features(amount=545.0, night=1)

    (every,) = deciding.explain(row[None])

    assert len(every) == len(FACTORS)
    assert (every[0].code, every[-1].code) == ("amount", "time")
    assert [every[0].contribution, every[-1].contribution] == pytest.approx([5.0, -1.0])
    (decision,) = deciding.decide((), row[None])
    assert worth_saying(every) == decision.reasons


def test_many_rows_are_rated_without_reasons_in_one_run() -> None:
    deciding = judge(amount=0.01)
    rows = np.array([features(amount=amount) for amount in (45.0, 345.0, 745.0)])

    rated = deciding.rate(rows)

    assert isinstance(deciding.scorer, Additive)
    assert deciding.scorer.runs == 1
    assert rated.outcomes == [Outcome.APPROVE, Outcome.REVIEW, Outcome.DECLINE]
    assert rated.scores.tolist() == [one.score for one in deciding.decide((), rows)]


def test_a_certain_score_still_has_finite_reasons() -> None:
    (decision,) = judge(amount=10.0).decide((), features(amount=1e6)[None])

    assert decision.score == 1.0
    assert np.isfinite(decision.reasons[0].contribution)


def test_no_rows_give_no_decisions() -> None:
    assert judge().decide((), np.empty((0, len(FEATURES)))) == []


@pytest.mark.parametrize("shape", [(len(FEATURES),), (1, len(FEATURES) - 1)])
def test_rows_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=rf"need \(n, {len(FEATURES)}\)"):
        judge().decide((), np.zeros(shape))


def test_every_feature_belongs_to_exactly_one_factor() -> None:
    assert sorted(name for factor in FACTORS for name in factor.features) == sorted(FEATURES)


def test_a_variant_differs_from_its_row_in_one_factor_only() -> None:
    row, baseline = np.ones(len(FEATURES)), np.zeros(len(FEATURES))

    asked = variants(row[None], baseline)

    assert asked[0].tolist() == row.tolist()
    for factor, variant in zip(FACTORS, asked[1:], strict=True):
        changed = [FEATURES[place] for place in np.flatnonzero(variant != row)]
        assert set(changed) == set(factor.features)


def said(code: str, **values: float) -> str:
    row, ordinary = features(**values), features()
    factor = next(one for one in FACTORS if one.code == code)
    return factor.words(
        dict(zip(FEATURES, row.tolist(), strict=True)),
        dict(zip(FEATURES, ordinary.tolist(), strict=True)),
    )


def test_a_remarkable_amount_is_held_against_what_the_customer_paid_before_it() -> None:
    mean_with_it = (84.02 * 9 + 512.30) / 10

    text = said("amount", amount=512.30, customer_count_30d=10, customer_mean_30d=mean_with_it)

    assert text == "amount 512.30 is 6.1 times this customer's 30-day average of 84.02"


@pytest.mark.parametrize(
    "values",
    [
        {"customer_count_30d": 1, "customer_mean_30d": 230},  # the customer's first
        {"customer_count_30d": 2, "customer_mean_30d": 225},  # no more than usual
        {"customer_count_30d": 2, "customer_mean_30d": 115},  # the one before was free
    ],
)
def test_an_amount_that_nothing_of_the_customer_explains_is_held_against_everyone(
    values: dict[str, float],
) -> None:
    text = said("amount", amount=230, **values)

    assert text == "amount 230.00, where half of all payments are below 45.00"


def test_a_terminal_is_described_by_its_most_telling_window() -> None:
    text = said(
        "terminal_risk",
        terminal_count_1d=1,
        terminal_count_7d=4,
        terminal_risk_7d=0.75,
        terminal_risk_30d=0.2,
    )

    assert text == (
        "3 of 4 payments at this terminal turned out fraudulent in the 7 days up to a week ago"
    )


@pytest.mark.parametrize(
    ("code", "values", "text"),
    [
        (
            "terminal_risk",
            {"terminal_count_1d": 1, "terminal_risk_1d": 1},
            "1 of 1 payment at this terminal turned out fraudulent in the day up to a week ago",
        ),
        (
            "customer_spending",
            {"amount": 55, "customer_count_1d": 3, "customer_mean_1d": 35},
            (
                "this customer paid 25.00 on average in the 24 hours before,"
                " 49.92 in the 30 days before"
            ),
        ),
        (
            "customer_spending",
            {"amount": 55, "customer_count_1d": 1, "customer_mean_1d": 55},
            (
                "this customer paid nothing in the 24 hours before,"
                " 49.92 on average in the 30 days before"
            ),
        ),
        (
            "customer_spending",
            {"customer_count_1d": 1, "customer_count_30d": 1},
            "this customer paid nothing in the 30 days before",
        ),
        (
            "customer_spending",
            {"customer_peak_ratio": 5.2},
            (
                "this customer's highest payment of the 14 days before is 5.2 times the average of"
                " what they paid before"
            ),
        ),
        (
            "terminal_risk",
            {"terminal_fraud_run": 7, "terminal_run_age": 16.4, "terminal_risk_30d": 0.3},
            (
                "the last 7 payments at this terminal that are known all turned out fraudulent,"
                " the first of them 16 days ago"
            ),
        ),
        (
            "customer_frequency",
            {"customer_count_1d": 7},
            "7 payments of this customer in 24 hours, where 1.8 a day are usual for them",
        ),
        (
            "terminal_traffic",
            {"terminal_count_1d": 22, "terminal_count_30d": 51},
            (
                "22 payments at this terminal in the day up to a week ago,"
                " where 1.0 a day are usual for it; 51 in 30 days, where a terminal has 29"
            ),
        ),
        ("time", {"night": 1}, "paid on a weekday, at night (before 07:00 UTC)"),
        ("time", {"weekend": 1}, "paid on a weekend, by day"),
    ],
)
def test_a_factor_speaks_of_what_the_analyst_can_check(
    code: str, values: dict[str, float], text: str
) -> None:
    assert said(code, **values) == text
