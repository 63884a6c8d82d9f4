"""Card payments: one as it arrives, many as columns."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

DAY = 86_400
"""Seconds. Days are UTC days throughout."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """One card payment, as the scorer sees it."""

    transaction_id: int
    customer_id: int
    terminal_id: int
    amount: float
    """At most two decimals."""
    time: int
    """Seconds since the epoch, UTC."""


@dataclass(frozen=True, slots=True, eq=False)
class Transactions:
    """Many payments in the order they happened, as equally long columns."""

    ids: Ints
    customers: Ints
    terminals: Ints
    amounts: Floats
    times: Ints
    """Ascending. Payments of the same second stay in their order."""
    scenarios: Ints
    """What the simulator did: 0 is a genuine payment, anything else the kind of fraud."""

    @property
    def frauds(self) -> Flags:
        """The labels."""
        return self.scenarios > 0

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, chosen: slice | Flags | Ints) -> "Transactions":
        return Transactions(*(getattr(self, column.name)[chosen] for column in fields(self)))

    def __iter__(self) -> Iterator[Transaction]:
        """One by one, as plain Python values."""
        columns = (self.ids, self.customers, self.terminals, self.amounts, self.times)
        for values in zip(*(column.tolist() for column in columns), strict=True):
            yield Transaction(*values)

    def between(self, start: int, end: int) -> "Transactions":
        """Those with start <= time < end."""
        return self[slice(*np.searchsorted(self.times, [start, end]).tolist())]
