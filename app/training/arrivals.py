"""What training's features would have been, had they been computed as payments and labels arrived.

`matrix` sees a history in order of its times, with all labels known. A service sees payments when
they arrive, some of them late, and labels when somebody tells them. Here every payment gets a small
history of its own, which holds only what had arrived before it with the labels known by then, and
`matrix` computes that. So there is still one definition of the features, and nothing of how the
service keeps its windows.

Where everything arrives in order, and every label before a window looks at its payment, the rows
are those of `matrix` over the whole history.
"""

from dataclasses import dataclass

import numpy as np

from app.domain.features import FEATURES, matrix
from app.domain.transactions import DAY, Flags, Floats, Ints, Transactions
from app.domain.windows import TERMINAL_DAYS

BEFORE_ALL = -1
"""The arrival of what was there from the beginning."""

_AT_ONCE = 500
"""Payments whose histories are computed in one go: some ten megabytes."""


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """What was told of payments, as equally long columns."""

    payments: Ints
    """Places in the stream's payments."""
    frauds: Flags
    arrivals: Ints
    """On the same count as the payments' arrivals, each its own."""


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """Payments and labels with their places in one order of arrival."""

    payments: Transactions
    """In the order of training: by time, then by id. Their own labels are not looked at."""
    arrivals: Ints
    """When each payment arrived, counted over payments and labels together."""
    labels: Labels

    def __post_init__(self) -> None:
        """Refuse another order: which payments come before which would be another question."""
        ids, times = self.payments.ids, self.payments.times
        if (np.lexsort((ids, times)) != np.arange(len(ids))).any():
            raise ValueError("payments of a stream: need ascending times, then ascending ids")


def rows(stream: Stream, asked: Ints) -> Floats:
    """The features of the payments at some places, each as it arrived: (asked, features)."""
    related = _Related.of(stream.payments)
    told = _Told.of(stream.labels)
    found = np.empty((len(asked), len(FEATURES)))
    for start in range(0, len(asked), _AT_ONCE):
        some = asked[start : start + _AT_ONCE]
        found[start : start + _AT_ONCE] = _rows(stream, related, told, some)
    return found


def _rows(stream: Stream, related: "_Related", told: "_Told", asked: Ints) -> Floats:
    """Many small histories as one: of other customers and terminals, in other years."""
    histories = [_history(stream, related, place) for place in asked.tolist()]
    sizes = np.array([len(history) for history in histories])
    members = np.concatenate(histories)
    owners = np.arange(len(asked)).repeat(sizes)
    payments = stream.payments
    span = int(np.ptp(payments.times)) + (TERMINAL_DAYS + 1) * DAY
    weeks = -(-span // (7 * DAY))  # whole ones: a weekday stays what it is
    together = Transactions(
        ids=payments.ids[members],
        customers=related.customers[members] + owners * len(payments),
        terminals=related.terminals[members] + owners * len(payments),
        amounts=payments.amounts[members],
        times=payments.times[members] + owners * weeks * 7 * DAY,
        scenarios=told.by(stream.arrivals[asked].repeat(sizes), members).astype(np.int64),
    )
    found: Floats = matrix(together)[members == asked[owners]]
    return found


def _history(stream: Stream, related: "_Related", place: int) -> Ints:
    """What had arrived of the payment's customer and of its terminal, the payment last or inside.

    A later payment that had arrived already (this one is late) stays out of its windows by its
    time; of the same second by its place, which follows the ids.
    """
    near = related.to(place)
    arrived = near[stream.arrivals[near] < stream.arrivals[place]]
    return np.union1d(arrived, [place])


@dataclass(frozen=True, slots=True, eq=False)
class _Related:
    """Customers and terminals, numbered from zero, and where the payments of each are."""

    customers: Ints
    terminals: Ints
    of_customer: list[Ints]
    of_terminal: list[Ints]

    @classmethod
    def of(cls, payments: Transactions) -> "_Related":
        customers, of_customer = _grouped(payments.customers)
        terminals, of_terminal = _grouped(payments.terminals)
        return cls(customers, terminals, of_customer, of_terminal)

    def to(self, place: int) -> Ints:
        customer, terminal = int(self.customers[place]), int(self.terminals[place])
        return np.concatenate((self.of_customer[customer], self.of_terminal[terminal]))


def _grouped(owners: Ints) -> tuple[Ints, list[Ints]]:
    _, numbers, counts = np.unique(owners, return_inverse=True, return_counts=True)
    return numbers, np.split(np.argsort(numbers, kind="stable"), counts.cumsum()[:-1])


@dataclass(frozen=True, slots=True, eq=False)
class _Told:
    """Labels by payment and arrival, to be looked up."""

    payments: Ints
    arrivals: Ints
    frauds: Flags

    @classmethod
    def of(cls, labels: Labels) -> "_Told":
        order = np.lexsort((labels.arrivals, labels.payments))
        return cls(labels.payments[order], labels.arrivals[order], labels.frauds[order])

    def by(self, arrivals: Ints, payments: Ints) -> Flags:
        """What was known of each payment by an arrival. Nothing told is not a fraud."""
        if not len(self.payments):
            return np.zeros(len(payments), np.bool_)
        stride = max(int(self.arrivals.max()), int(arrivals.max())) + 2
        keys = self.payments * stride + self.arrivals + 1
        last = np.searchsorted(keys, payments * stride + arrivals + 1) - 1
        told: Flags = (last >= 0) & (self.payments[last] == payments) & self.frauds[last]
        return told
