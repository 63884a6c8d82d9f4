"""What a challenger said of payments that the champion decided."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from app.domain.transactions import Flags, Floats, Ints


class Pair(NamedTuple):
    """Two scores of one payment."""

    transaction_id: int
    champion: str
    champion_score: float
    score: float
    """The challenger's."""


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Many payments with both scores, as equally long columns in order of time."""

    times: Ints
    customers: Ints
    champion: Floats
    challenger: Floats
    frauds: Flags
    labelled: Flags
    """Whether it is known what the payment was: told, or old enough to have been told by now."""


class Results(Protocol):
    """Where pairs are kept."""

    async def pairs(self, champion: str, challenger: str, most: int) -> Pairs:
        """The latest payments that these two judged, `most` of them."""
