"""Which rules hit, whose word counts, and what is said."""

from collections.abc import Sequence

import numpy as np
import pytest

from app.domain.features import FEATURES
from app.domain.multiples import with_multiples
from app.domain.reasons import Reason
from app.domain.ruled import Ruled
from app.domain.rules import Amount, Listed, Risk, Rule, RuleSet, Unusual, Velocity
from app.domain.ruling import Lists, Ruling, settled
from app.domain.scoring import Decision, Outcome, Ratings, Thresholds
from app.domain.transactions import Floats, Transaction

APPROVE, REVIEW, DECLINE = Outcome.APPROVE, Outcome.REVIEW, Outcome.DECLINE
WHY = (Reason("amount", "a large amount", 2.0), Reason("time", "by day", -1.0))
ORDINARY = {"amount": 50.0, "customer_count_1d": 1, "customer_count_30d": 10}
NAMES = {"customer_mean_30d": 50.0} | ORDINARY


def features(**values: float) -> Floats:
    return np.array([{**NAMES, **values}.get(name, 0.0) for name in FEATURES])


def payment(amount: float = 50.0, customer: int = 7, terminal: int = 9) -> Transaction:
    return Transaction(1, customer, terminal, amount, 1_533_686_474)


class Model:
    """Decides what it was told to."""

    def __init__(self, outcome: Outcome = APPROVE, score: float = 0.01) -> None:
        reasons = () if outcome is APPROVE else WHY[:1]
        self.decision = Decision(outcome, score, reasons, "m1")
        self.asked_why = 0

    def decide(self, payments: Sequence[Transaction], _: Floats, /) -> list[Decision]:
        return [self.decision] * len(payments)

    def rate(self, rows: Floats, /) -> Ratings:
        count, one = len(rows), self.decision
        return Ratings(np.full(count, one.score), [one.outcome] * count, one.model_version)

    def explain(self, rows: Floats, /) -> list[tuple[Reason, ...]]:
        self.asked_why += len(rows)
        return [WHY] * len(rows)


def ruled(
    *rules: Rule, model: Model | None = None, lists: Lists | None = None, **thresholds: Thresholds
) -> Ruled:
    wrapped = Ruled(model or Model(), lambda _: None)
    wrapped.ruling = Ruling(RuleSet(3, rules, thresholds), lists)
    return wrapped


def judged(by: Ruled, *told: Transaction, **values: float) -> Decision:
    (one,) = told or (payment(values.get("amount", 50.0)),)
    (decision,) = by.decide([one], features(**values)[None])
    return decision


LARGE = Amount(code="large", then=DECLINE, more_than=1000)
BUSY = Velocity(code="busy", then=REVIEW, of="customer", span="1d", more_than=5)
STOLEN = Listed(code="stolen", then=DECLINE, of="customer", list="stolen")
TRUSTED = Listed(code="trusted", then=APPROVE, of="customer", list="trusted")


def test_without_rules_the_models_decision_stands_untouched() -> None:
    model = Model(REVIEW)
    by = Ruled(model, lambda _: None)

    assert judged(by) is model.decision


def test_a_decision_tells_which_version_judged_it() -> None:
    assert judged(ruled(LARGE)).rules_version == 3


def test_a_limit_is_hit_from_above_it_on() -> None:
    assert judged(ruled(LARGE), amount=1000).outcome is APPROVE
    assert judged(ruled(LARGE), amount=1000.01).outcome is DECLINE


def test_a_hit_comes_first_in_the_reasons_with_what_the_rule_is_for() -> None:
    rule = Amount(code="large", then=REVIEW, more_than=1000, words="needs a call")

    decision = judged(ruled(rule, model=Model(REVIEW, 0.4)), amount=2000)

    assert [one.code for one in decision.reasons] == ["rule:large", "amount"]
    assert decision.reasons[0].text == "needs a call: amount 2000.00, over 1000.00"
    assert decision.reasons[0].contribution == 0


def test_what_a_rule_stops_though_the_model_lets_it_pass_has_the_models_reasons_too() -> None:
    model = Model()

    decision = judged(ruled(LARGE, model=model), amount=2000)

    assert [one.code for one in decision.reasons] == ["rule:large", "amount"]  # time lowers it
    assert model.asked_why == 1


def test_the_model_is_asked_why_only_for_what_is_stopped() -> None:
    model = Model()
    told = [payment(amount) for amount in (10, 2000, 30)]

    decisions = ruled(LARGE, model=model).decide(
        told, np.array([features(amount=one.amount) for one in told])
    )

    assert [one.outcome for one in decisions] == [APPROVE, DECLINE, APPROVE]
    assert [len(one.reasons) for one in decisions] == [0, 2, 0]
    assert model.asked_why == 1


@pytest.mark.parametrize(
    ("rule", "values", "text"),
    [
        (BUSY, {"customer_count_1d": 6}, "6 payments of customer 7 in 1 day, over 5"),
        (
            Velocity(code="t", then=REVIEW, of="terminal", span="7d", more_than=100),
            {"terminal_count_7d": 101},
            "101 payments of terminal 9 in 7 days up to a week ago, over 100",
        ),
        (
            Risk(code="t", then=REVIEW, share=0.5, payments=4),
            {"terminal_count_7d": 4, "terminal_risk_7d": 0.75},
            (
                "3 of 4 payments at terminal 9 turned out fraudulent in 7 days up to a week ago,"
                " over 50%"
            ),
        ),
        (
            Unusual(code="u", then=REVIEW, times=5),
            {"amount": 600, "customer_count_30d": 5, "customer_mean_30d": 200},
            "amount 600.00 is 6.0 times this customer's average of 30 days, 100.00; over 5 times",
        ),
    ],
)
def test_a_rule_says_what_it_found_and_its_limit(
    rule: Rule, values: dict[str, float], text: str
) -> None:
    decision = judged(ruled(rule), **values)

    assert decision.outcome is REVIEW
    assert decision.reasons[0].text == text


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        (Risk(code="r", then=REVIEW, share=0.5, payments=4), {"terminal_count_7d": 3}),
        (Unusual(code="u", then=REVIEW, times=5, earlier=5), {}),
        (Unusual(code="u", then=REVIEW, times=5, more_than=600), {}),
        (Unusual(code="u", then=REVIEW, times=6), {}),
    ],
)
def test_every_condition_of_a_rule_has_to_hold(rule: Rule, values: dict[str, float]) -> None:
    found = {"amount": 600, "customer_count_30d": 5, "customer_mean_30d": 200}

    assert judged(ruled(rule), **(found | {"terminal_risk_7d": 1.0} | values)).outcome is APPROVE


def test_a_customer_without_earlier_payments_has_no_own_average() -> None:
    first = features(amount=900, customer_count_30d=1, customer_mean_30d=900)

    assert with_multiples(first[None])[0, -1] == 0
    rule = Unusual(code="u", then=REVIEW, times=0.5, earlier=0)
    assert (
        judged(ruled(rule), amount=900, customer_count_30d=1, customer_mean_30d=900).outcome
        is APPROVE
    )


def test_a_list_is_asked_for_the_party_that_the_rule_names() -> None:
    terminals = Listed(code="t", then=DECLINE, of="terminal", list="stolen")
    lists: Lists = {("stolen", "customer"): frozenset({9}), ("stolen", "terminal"): frozenset({7})}

    both = ruled(STOLEN, terminals, lists=lists)

    assert judged(both, payment(customer=7, terminal=9)).outcome is APPROVE
    assert judged(both, payment(customer=9)).reasons[0].text == "customer 9 is on the list stolen"
    assert judged(both, payment(terminal=7)).reasons[0].text == "terminal 7 is on the list stolen"


def test_a_list_without_entries_hits_nothing() -> None:
    assert judged(ruled(STOLEN)).outcome is APPROVE


@pytest.mark.parametrize("model", list(Outcome))
@pytest.mark.parametrize(
    ("rules", "outcome"),
    [
        ([REVIEW, APPROVE, DECLINE], DECLINE),  # a rule's no beats a list's yes
        ([REVIEW, APPROVE], APPROVE),  # which beats the model and the rules that review
        ([DECLINE], DECLINE),
    ],
)
def test_whose_word_counts(model: Outcome, rules: list[Outcome], outcome: Outcome) -> None:
    assert settled(model, rules) is outcome


@pytest.mark.parametrize(("model", "outcome"), [(APPROVE, REVIEW), (DECLINE, DECLINE)])
def test_a_rule_that_reviews_never_softens_the_model(model: Outcome, outcome: Outcome) -> None:
    assert settled(model, [REVIEW]) is outcome


def test_a_trusted_customer_passes_and_the_reasons_still_tell_what_spoke_against_it() -> None:
    lists: Lists = {("trusted", "customer"): frozenset({7})}

    decision = judged(ruled(BUSY, TRUSTED, model=Model(DECLINE), lists=lists), customer_count_1d=9)

    assert decision.outcome is APPROVE
    assert [one.code for one in decision.reasons] == ["rule:trusted", "rule:busy", "amount"]


def test_thresholds_of_the_version_replace_the_models_own() -> None:
    tighter = Thresholds(review=0.3, decline=0.5)
    model = Model(APPROVE, 0.4)

    decision = judged(ruled(model=model, m1=tighter))

    assert decision.outcome is REVIEW
    assert [one.code for one in decision.reasons] == ["amount"]  # and the model is asked why
    assert judged(ruled(model=model, other_model=tighter)).outcome is APPROVE


def test_looser_thresholds_let_pass_what_the_model_would_stop() -> None:
    assert judged(ruled(model=Model(REVIEW, 0.4), m1=Thresholds(0.5, 0.9))).outcome is APPROVE


def test_a_test_run_finds_what_judging_would() -> None:
    lists: Lists = {("stolen", "customer"): frozenset({8})}
    model, thresholds = Model(APPROVE, 0.4), {"m1": Thresholds(0.3, 0.9)}
    ruling = Ruling(RuleSet(3, (LARGE, STOLEN), thresholds), lists)
    told = [payment(10), payment(2000), payment(10, customer=8)]
    rows = np.array([features(amount=one.amount) for one in told])

    found = ruling.outcomes(told, rows, model.rate(rows))

    assert [one.outcome for one in found] == [REVIEW, DECLINE, DECLINE]
    assert {one.model for one in found} == {REVIEW}
    assert [one.hits for one in found] == [(), (LARGE,), (STOLEN,)]
    judged_so = ruling.judge(told, rows, model.decide(told, rows), model.explain).decisions
    assert [one.outcome for one in judged_so] == [one.outcome for one in found]


def test_given_features_are_rated_by_the_model_alone() -> None:
    by = ruled(LARGE, model=Model(APPROVE, 0.4))

    assert by.rate(features(amount=9000)[None]).outcomes == [APPROVE]
    assert by.explain(features()[None]) == [WHY]


def test_hits_are_counted_by_rule() -> None:
    counted: list[str] = []
    by = Ruled(Model(), counted.append)
    by.ruling = Ruling(RuleSet(1, (LARGE, BUSY)))

    judged(by, amount=2000, customer_count_1d=9)
    judged(by, amount=2000)

    assert sorted(counted) == ["busy", "large", "large"]


def test_no_payments_give_no_decisions() -> None:
    assert ruled(LARGE).decide([], np.empty((0, len(FEATURES)))) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: RuleSet(1, (LARGE, LARGE)), "code 'large' is there twice"),
        (
            lambda: RuleSet(1, (Amount(code="a", then=APPROVE, more_than=0),)),
            "rule 'a': only a list can approve",
        ),
        (lambda: RuleSet(1, (LARGE,) * 101), "101 rules: at most 100"),
        (
            lambda: Velocity(code="v", then=REVIEW, of="customer", span="2d", more_than=1),
            "span '2d': need one of 1d, ",
        ),
    ],
)
def test_a_rule_set_that_makes_no_sense_is_refused(wrong: object, said: str) -> None:
    assert callable(wrong)
    with pytest.raises(ValueError, match=said):
        wrong()
