"""Where models are kept, and which of them has which role: a fact with a history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol


class Alias(StrEnum):
    """A role that one model has at a time."""

    CHAMPION = "champion"
    """Decides."""
    CHALLENGER = "challenger"
    """Scores in the shadow; nobody is told."""
    PREVIOUS = "previous"
    """Decided before the champion: what a rollback goes back to."""


class Kind(StrEnum):
    """Why an alias moved."""

    PROMOTION = "promotion"
    """By a gate that was passed."""
    FORCED = "forced"
    """By a person, without one; the reason says why."""
    ROLLBACK = "rollback"
    CHALLENGE = "challenge"
    WITHDRAWAL = "withdrawal"


class Unusable(Exception):  # noqa: N818 (an answer to a caller, not a mistake)
    """This service can not run the model. One line says why."""


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A model as it is kept."""

    version: str
    card: Mapping[str, Any]
    artifact: bytes
    """ONNX; its sha256 is in the card."""


@dataclass(frozen=True, slots=True)
class Move:
    """An alias that was given to a version, or taken away (None)."""

    alias: Alias
    version: str | None
    kind: Kind
    actor: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Gate:
    """What was found when a model was held against the one that decides."""

    version: str
    against: str
    passed: bool
    checks: Sequence[Mapping[str, Any]]
    judged_by: str
    at: datetime | None = None
    """By the registry's clock; unknown before it is kept."""


Roles = Mapping[Alias, str]
"""Which version has which alias. One that nobody has is absent."""


class Models(Protocol):
    """The registry. Every change is one transaction, and stands in the history."""

    async def roles(self) -> Roles:
        """Which model has which role now."""

    async def get(self, version: str) -> Model:
        """A model, or `Unknown`."""

    async def publish(self, model: Model, actor: str) -> bool:
        """Keep a model; False where it was kept before. Other bytes of a version: `Refused`."""

    async def gates(self, version: str, most: int) -> Sequence[Gate]:
        """What gates found of a model, the latest first."""

    async def judged(self, gate: Gate) -> None:
        """Keep what a gate found."""

    async def challenge(self, version: str | None, actor: str, reason: str) -> None:
        """Let this model score in the shadow from now on; with None, no model."""

    async def promote(self, version: str, actor: str, reason: str, *, forced: bool) -> None:
        """Let this model decide. `Refused` unless it passed its gate, or is forced to."""

    async def roll_back(self, expected: str | None, actor: str, reason: str) -> str:
        """Let the previous model decide again, and tell which that is.

        There is one step back: told twice, the second is `Refused` and changes nothing. Where
        the caller says which model it takes for the live one, it must be right.
        """

    async def history(self, most: int) -> Sequence[Move]:
        """The latest moves first."""
