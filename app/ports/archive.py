"""Payments and decisions that were recorded, to be looked at again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from app.domain.pasts import Past
from app.domain.scoring import Outcome
from app.domain.transactions import Transaction
from app.ports.decisions import Decided


class Place(NamedTuple):
    """Where a payment stands in the order of recording."""

    recorded_at: datetime
    transaction_id: int


@dataclass(frozen=True, slots=True)
class Known:
    """A payment, and what became of it as far as anyone has said."""

    payment: Transaction
    fraud: bool | None
    place: Place


@dataclass(frozen=True, slots=True)
class Archived:
    """A decision, with its payment and what became of it."""

    decided: Decided
    fraud: bool | None
    place: Place


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Some decisions in the order of recording."""

    decisions: Sequence[Archived]
    next: Place | None
    """After which to go on. None: that was all."""


class Archive(Protocol):
    """All of them raise `LogAway` when Postgres does not answer."""

    async def find(self, transaction_id: int) -> Archived | None:
        """One decision."""

    async def page(
        self, after: Place, until: datetime, outcomes: Sequence[Outcome], limit: int
    ) -> Excerpt:
        """At most so many decisions of these kinds, recorded behind a place and before a moment.

        It may be fewer though more follow: a call looks at a bounded number of payments.
        """

    async def latest(self, before: Place, limit: int) -> Sequence[Known]:
        """Payments recorded before a place, the newest first, decided or not."""


class Recollection(Protocol):
    """The pasts of payments that are recorded."""

    async def read(self, payments: Sequence[Transaction], at: Sequence[int]) -> Sequence[Past]:
        """What came before those at these places, as far as is known now."""
