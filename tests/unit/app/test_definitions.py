"""Rule sets as they are written."""

from typing import Any

import pytest
from pydantic import ValidationError

from app.definitions import Definition
from app.domain.rules import Amount, Listed, Risk, RuleSet, Unusual, Velocity
from app.domain.scoring import Outcome, Thresholds

WRITTEN: dict[str, dict[str, Any]] = {
    "velocity": {"of": "customer", "span": "1d", "more_than": 8},
    "amount": {"more_than": 2000},
    "unusual": {"times": 5},
    "risk": {"share": 0.5},
    "list": {"of": "terminal", "list": "watched"},
}


def rule(kind: str, **changes: Any) -> dict[str, Any]:
    return {"kind": kind, "code": "c", "then": "review"} | WRITTEN[kind] | changes


def refused(**written: Any) -> str:
    with pytest.raises(ValidationError) as wrong:
        Definition.model_validate(written)
    (error,) = wrong.value.errors()
    return f"{'.'.join(map(str, error['loc']))}: {error['msg']}"


def test_every_kind_becomes_the_rule_that_judges() -> None:
    rules = [rule(kind, code=f"c_{kind}") for kind in WRITTEN]

    judging = Definition.model_validate({"rules": rules}).rule_set(4)

    assert judging.version == 4
    kinds = [type(one) for one in judging.rules]
    assert kinds == [Velocity, Amount, Unusual, Risk, Listed]
    assert {one.then for one in judging.rules} == {Outcome.REVIEW}


def test_what_judges_is_written_as_it_was() -> None:
    rules = RuleSet(
        0,
        (
            Amount(code="a", then=Outcome.DECLINE, more_than=9.5, words="too much"),
            Listed(code="l", then=Outcome.APPROVE, of="customer", list="vip"),
            Unusual(code="u", then=Outcome.REVIEW, times=3, earlier=9, more_than=50),
        ),
        {"m1": Thresholds(0.1, 0.9)},
    )

    assert Definition.of(rules, "why").rule_set() == rules
    assert Definition.of(rules, "why").note == "why"


def test_only_a_list_may_approve() -> None:
    assert Definition.model_validate({"rules": [rule("list", then="approve")]})
    assert "rules.0.amount.then: " in refused(rules=[rule("amount", then="approve")])


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"rules": [rule("velocity", span="2d")]}, "span '2d': need one of 1d"),
        ({"rules": [rule("unusual", span="")]}, "span '': need one of"),
        ({"rules": [rule("risk", span="1h")]}, "span '1h': need one of"),
        ({"rules": [{"kind": "magic"}]}, "does not match any of the expected tags"),
        ({"rules": [rule("amount", code="Large")]}, "code: String should match pattern"),
        ({"rules": [rule("amount", more_than="9")]}, "more_than: Input should be a valid number"),
        ({"rules": [rule("amount", more_than=float("inf"))]}, "more_than: "),
        ({"rules": [rule("amount", colour="red")]}, "colour: Extra inputs are not permitted"),
        ({"rules": [rule("amount", words="two\nlines")]}, "words: String should match pattern"),
        ({"rules": [rule("amount"), rule("risk")]}, "code 'c' is there twice"),
        ({"thresholds": [{"model": "m", "review": 0.5, "decline": 0.4}]}, "review <= decline"),
        ({"thresholds": [{"model": "m", "review": 0.1, "decline": 0.4}] * 2}, "there twice"),
        ({"rulez": []}, "rulez: Extra inputs are not permitted"),
    ],
)
def test_what_would_need_guessing_is_refused_where_it_is(
    written: dict[str, Any], said: str
) -> None:
    assert said in refused(**written)
