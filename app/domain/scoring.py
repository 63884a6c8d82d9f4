"""From features to a decision. Pure: the model that scores them is handed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np

from app.domain.features import FEATURES
from app.domain.reasons import FACTORS, Reason, explain, variants
from app.domain.transactions import Floats, Transaction

_MOST_REASONS = 3
_WORTH_SAYING = 0.2
"""Log-odds: a factor that raises the odds of fraud by a fifth."""
_CERTAIN = 1e-7
"""A probability this near to 0 or 1 is rounding, not knowledge."""


class Scorer(Protocol):
    """A fraud model."""

    @property
    def version(self) -> str:
        """Which model it is."""

    def probabilities(self, rows: Floats) -> Floats:
        """The fraud probability of each row; its columns are `FEATURES`."""


class Outcome(StrEnum):
    """What becomes of the payment."""

    APPROVE = "approve"
    REVIEW = "review"
    DECLINE = "decline"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which score on a payment is looked at, and from which it is refused."""

    review: float
    decline: float

    def __post_init__(self) -> None:
        """Refuse thresholds that make no order."""
        if not 0 < self.review <= self.decline <= 1:
            raise ValueError(f"thresholds {self}: need 0 < review <= decline <= 1")

    def outcome(self, score: float) -> Outcome:
        """The decision for a score."""
        return self.outcomes(np.array([score]))[0]

    def outcomes(self, scores: Floats) -> list[Outcome]:
        """The decisions for many."""
        steps = np.array((self.review, self.decline)).searchsorted(scores, side="right")
        return [_STRICTER[step] for step in steps.tolist()]


_STRICTER = (Outcome.APPROVE, Outcome.REVIEW, Outcome.DECLINE)


@dataclass(frozen=True, slots=True)
class Decision:
    """What the model says of one payment."""

    outcome: Outcome
    score: float
    reasons: tuple[Reason, ...]
    """Strongest first. An approved payment has none, unless a rule hit it."""
    model_version: str
    rules_version: int = 0
    """Which rule set had the last word. 0: the built-in one, which has no rules."""


@dataclass(frozen=True, slots=True, eq=False)
class Ratings:
    """What a model says of many rows of features, of which nothing else is known."""

    scores: Floats
    outcomes: list[Outcome]
    model_version: str


class Decider(Protocol):
    """Whoever decides: a model alone, or one with rules around it."""

    def rate(self, rows: Floats, /) -> Ratings:
        """What the model alone makes of each row, without reasons."""

    def decide(self, payments: Sequence[Transaction], rows: Floats, /) -> list[Decision]:
        """A decision for each payment, whose features are the row at the same place."""

    def explain(self, rows: Floats, /) -> list[tuple[Reason, ...]]:
        """What each factor adds to the model's score of each row, whatever is decided of it.

        Every factor, the strongest first; what lowers the score is negative.
        """


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """A model with its thresholds and with what it takes for ordinary."""

    scorer: Scorer
    thresholds: Thresholds
    baseline: Floats
    """The training data's medians, as a row."""

    def rate(self, rows: Floats, /) -> Ratings:
        """See `Decider`; one run of the model."""
        if rows.ndim != 2 or rows.shape[1] != len(FEATURES):  # noqa: PLR2004 (a matrix)
            raise ValueError(f"rows of shape {rows.shape}: need (n, {len(FEATURES)})")
        scores = self.scorer.probabilities(rows)
        return Ratings(scores, self.thresholds.outcomes(scores), self.scorer.version)

    def decide(self, _: Sequence[Transaction], rows: Floats, /) -> list[Decision]:
        """By the rows alone. Only what is not approved gets reasons, which cost seven times more.

        All reasons together are a second run of the model.
        """
        rated = self.rate(rows)
        refused = np.flatnonzero(rated.scores >= self.thresholds.review)
        found = self.explain(rows[refused]) if len(refused) else []
        reasons = dict(zip(refused.tolist(), map(worth_saying, found), strict=True))
        return [
            Decision(outcome, score, reasons.get(place, ()), rated.model_version)
            for place, (outcome, score) in enumerate(
                zip(rated.outcomes, rated.scores.tolist(), strict=True)
            )
        ]

    def explain(self, rows: Floats, /) -> list[tuple[Reason, ...]]:
        """See `Decider`."""
        asked = variants(rows, self.baseline)
        odds = _log_odds(self.scorer.probabilities(asked).reshape(len(rows), 1 + len(FACTORS)))
        return [
            explain(row, self.baseline, contributions, at_least=-np.inf, most=len(FACTORS))
            for row, contributions in zip(rows, odds[:, :1] - odds[:, 1:], strict=True)
        ]


def worth_saying(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    """Of all factors, strongest first, those that go with a decision."""
    return tuple(one for one in reasons[:_MOST_REASONS] if one.contribution >= _WORTH_SAYING)


def _log_odds(probabilities: Floats) -> Floats:
    inner = np.clip(probabilities, _CERTAIN, 1 - _CERTAIN)
    odds: Floats = np.log(inner / (1 - inner))
    return odds
