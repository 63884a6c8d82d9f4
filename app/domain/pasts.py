"""What came before some payments, laid end to end in columns: no objects for each of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from app.domain.transactions import Flags, Floats, Ints
from app.domain.windows import CustomerWindow, TerminalWindow


class Past(NamedTuple):
    """What came before one payment."""

    customer: CustomerWindow
    terminal: TerminalWindow


@dataclass(frozen=True, slots=True, eq=False)
class Pasts:
    """The pasts of some payments, in their order: each one's events after the previous one's."""

    spent_at: Ints
    """When the payments' customers paid, ascending for each payment."""
    spent: Floats
    spent_counts: Ints
    """How many of these belong to each payment."""
    taken_at: Ints
    """When the payments' terminals took something, likewise."""
    frauds: Flags
    taken_counts: Ints

    @classmethod
    def of(cls, pasts: Iterable[Past]) -> "Pasts":
        """From one by one."""
        customers, terminals = zip(*pasts, strict=True)
        return cls(
            np.concatenate([window.times for window in customers]),
            np.concatenate([window.amounts for window in customers]),
            np.array([len(window.times) for window in customers]),
            np.concatenate([window.times for window in terminals]),
            np.concatenate([window.frauds for window in terminals]),
            np.array([len(window.times) for window in terminals]),
        )

    def __len__(self) -> int:
        return len(self.spent_counts)

    def __getitem__(self, place: int) -> Past:
        """Of the payment at this place."""
        customer = _slice(self.spent_counts, place)
        terminal = _slice(self.taken_counts, place)
        return Past(
            CustomerWindow(self.spent_at[customer], self.spent[customer]),
            TerminalWindow(self.taken_at[terminal], self.frauds[terminal]),
        )

    def __iter__(self) -> Iterator[Past]:
        return (self[place] for place in range(len(self)))

    def replaced(self, others: dict[int, Past]) -> "Pasts":
        """With another past at some places."""
        return Pasts.of(others.get(place) or past for place, past in enumerate(self))


def _slice(counts: Ints, place: int) -> slice:
    end = int(counts[: place + 1].sum())
    return slice(end - int(counts[place]), end)
