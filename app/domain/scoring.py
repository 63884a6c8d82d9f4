"""From a score to a decision. Pure: what scores the features is handed in."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from app.domain.transactions import Floats


class Scorer(Protocol):
    """A fraud model."""

    @property
    def version(self) -> str:
        """Which model: the folder under app/models."""

    def probabilities(self, rows: Floats) -> Floats:
        """The fraud probability of each row; columns as in `FEATURES`."""


class Outcome(StrEnum):
    """What becomes of the payment."""

    APPROVE = "approve"
    REVIEW = "review"
    DECLINE = "decline"


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that raised the score, for the analyst."""

    code: str
    text: str
    contribution: float
    """By how much the probability would fall if this were ordinary."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What the model says of one payment."""

    outcome: Outcome
    score: float
    reasons: tuple[Reason, ...]
    model_version: str


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which score on a payment is looked at, and from which it is refused."""

    review: float
    decline: float

    def outcome(self, score: float) -> Outcome:
        """The decision for a score."""
        if score >= self.decline:
            return Outcome.DECLINE
        return Outcome.REVIEW if score >= self.review else Outcome.APPROVE
