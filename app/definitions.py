"""Rule sets as they are written: validated so strictly that nothing is guessed."""

from dataclasses import asdict
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.domain import rules as domain
from app.domain.scoring import Outcome, Thresholds

Code = Annotated[str, Field(pattern=rf"^{domain.CODE.pattern}$")]
"""What rules and lists are called."""
Line = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""Words, in one line."""
Amount = Annotated[float, Field(strict=True, ge=0, le=1_000_000, allow_inf_nan=False)]
Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Share = Annotated[float, Field(strict=True, ge=0, lt=1, allow_inf_nan=False)]
Span = Annotated[str, Field(max_length=10, examples=["1d", "7d", "30d"])]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Rule(_Strict):
    """What all kinds have."""

    judges: ClassVar[type[domain.Rule]]
    code: Code = Field(description="Names the rule in reasons and metrics: `rule:<code>`.")
    words: Line = Field(default="", description="What it is for; begins the reason's text.")
    then: Literal["review", "decline"]

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        self.rule()
        return self

    def rule(self) -> domain.Rule:
        """As it judges."""
        given = {name: getattr(self, name) for name in type(self).model_fields if name != "kind"}
        return self.judges(**given | {"then": Outcome(self.then)})


class Velocity(_Rule):
    """More payments than this in a span. A terminal's span ends a week ago, like the model's."""

    judges = domain.Velocity
    kind: Literal["velocity"]
    of: domain.Party
    span: Span
    more_than: Count


class AmountAbove(_Rule):
    """An amount above this."""

    judges = domain.Amount
    kind: Literal["amount"]
    more_than: Amount


class Unusual(_Rule):
    """An amount above a multiple of the customer's own average before the payment."""

    judges = domain.Unusual
    kind: Literal["unusual"]
    times: float = Field(strict=True, gt=0, le=10_000, allow_inf_nan=False)
    span: Span = "30d"
    earlier: Count = Field(default=3, description="Payments that the average rests on, at least.")
    more_than: Amount = Field(default=0, description="Smaller amounts are let be.")


class Risk(_Rule):
    """A terminal of whose payments more than a share turned out fraudulent up to a week ago."""

    judges = domain.Risk
    kind: Literal["risk"]
    share: Share
    span: Span = "7d"
    payments: Count = Field(default=3, ge=1, description="That the share rests on, at least.")


class Listed(_Rule):
    """A customer or terminal on a named list."""

    judges = domain.Listed
    kind: Literal["list"]
    of: domain.Party
    list: Code
    then: Literal["review", "decline", "approve"]  # type: ignore[assignment]


class ModelThresholds(_Strict):
    """From which scores of a model on payments are reviewed and declined."""

    model: str = Field(min_length=1, max_length=100, description="The model's version.")
    review: float = Field(strict=True, gt=0, le=1)
    decline: float = Field(strict=True, gt=0, le=1)


class Definition(_Strict):
    """A rule set. Order does not matter: declining beats approving, which beats reviewing."""

    note: Line = Field(default="", description="What changes with it, for whoever reads the list.")
    rules: list[
        Annotated[Velocity | AmountAbove | Unusual | Risk | Listed, Field(discriminator="kind")]
    ] = Field(default=[], max_length=domain.MOST_RULES)
    thresholds: list[ModelThresholds] = Field(
        default=[],
        max_length=20,
        description="A model that is not named is held to the thresholds of its own card.",
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        self.rule_set()
        models = [one.model for one in self.thresholds]
        if twice := next((model for model in models if models.count(model) > 1), None):
            raise ValueError(f"thresholds of the model {twice!r} are there twice")
        return self

    def rule_set(self, version: int = 0) -> domain.RuleSet:
        """As it judges."""
        thresholds = {one.model: Thresholds(one.review, one.decline) for one in self.thresholds}
        return domain.RuleSet(version, tuple(one.rule() for one in self.rules), thresholds)

    @classmethod
    def of(cls, rules: domain.RuleSet, note: str = "") -> Self:
        """As it is written."""
        written: list[dict[str, Any]] = [{"kind": rule.kind} | asdict(rule) for rule in rules.rules]
        thresholds = [
            {"model": model, "review": one.review, "decline": one.decline}
            for model, one in rules.thresholds.items()
        ]
        return cls.model_validate({"note": note, "rules": written, "thresholds": thresholds})

    model_config = _Strict.model_config | {
        "json_schema_extra": {
            "examples": [
                {
                    "note": "stolen cards, and amounts that nobody here has paid yet",
                    "rules": [
                        {
                            "kind": "list",
                            "code": "stolen_card",
                            "words": "reported stolen",
                            "of": "customer",
                            "list": "stolen_cards",
                            "then": "decline",
                        },
                        {
                            "kind": "unusual",
                            "code": "ten_times",
                            "times": 10,
                            "more_than": 200,
                            "then": "review",
                        },
                    ],
                    "thresholds": [],
                }
            ]
        }
    }
