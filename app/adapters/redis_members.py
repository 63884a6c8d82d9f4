"""How payments lie in Redis, and how they and their pasts travel to and from the scripts.

A payment's record is its time and its id (and the customer's cents) in big-endian bytes, so that a
window, which is records end to end, ascends as its bytes do (`windows.lua`). What counts as before
a payment is an earlier second, or the same second and a smaller id: the order of the training data,
which does not depend on the order of arrival.
"""

import struct
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.adapters.money import cents_of
from app.adapters.postgres_windows import Page
from app.domain.pasts import Pasts
from app.domain.transactions import Flags, Ints, Transaction

SPENT: Final = 24
"""Bytes: time, id, cents."""
TAKEN: Final = 16
"""Bytes: time, id."""

Reply = Sequence[Any]
"""What the script says of some payments: marker, heads, customers', terminals', their frauds."""


def keys(payment: Transaction) -> tuple[str, str]:
    """The customer's and the terminal's window."""
    return f"spent:{payment.customer_id}", f"taken:{payment.terminal_id}"


def records(payment: Transaction) -> tuple[bytes, bytes]:
    """The payment in either."""
    spent = _packed([payment])
    return spent, spent[:TAKEN]


def fraud(terminal: int, number: int, time: int) -> tuple[str, bytes]:
    """The terminal's set of known frauds, and a payment's member there: its id and its time."""
    return f"frauds:{terminal}", struct.pack(">2q", number, time)


def question(payments: Sequence[Transaction]) -> tuple[str, bytes]:
    """The payments as the script takes them."""
    named = [f"{one.customer_id} {one.terminal_id} {one.time} " for one in payments]
    return "".join(named), _packed(payments)


def pasts(payments: Sequence[Transaction], replies: Sequence[Reply]) -> tuple[Pasts, list[int]]:
    """What came before each payment, and the places of those that came too late."""
    heads, *raw = (b"".join(parts) for parts in list(zip(*replies, strict=True))[1:])
    table = np.array(list(map(int, heads.split())), np.int64).reshape(-1, 5)
    spent, taken, frauds = map(_table, raw, _WIDTHS)
    counts = table[:, 2:] // _WIDTHS
    spends, takes = counts[:, 0], counts[:, 1]
    if not table[:, 1].all():
        spent, spends = _earlier(payments, spent, spends)
        taken, takes = _earlier(payments, taken, takes)
    found = Pasts(
        spent[:, 0], spent[:, 2] / 100, spends,
        taken[:, 0], _known(taken, takes, frauds, counts[:, 2]), takes,
    )  # fmt: skip
    return found, np.flatnonzero(table[:, 0]).tolist()


_WIDTHS: Final = np.array([SPENT, TAKEN, TAKEN])


def _packed(payments: Sequence[Transaction]) -> bytes:
    numbers: list[int] = []
    for one in payments:
        numbers += (one.time, one.transaction_id, cents_of(one.amount))
    return struct.pack(f">{len(numbers)}q", *numbers)


def _table(raw: bytes, width: int) -> Ints:
    return np.frombuffer(raw, ">i8").reshape(-1, width // 8).astype(np.int64)


def _earlier(payments: Sequence[Transaction], events: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """The events that came before their payment, and how many that leaves to each.

    Needed where some arrived before what came before them, or were told before.
    """
    owners = np.arange(len(counts)).repeat(counts)
    times = np.array([one.time for one in payments], np.int64)[owners]
    ids = np.array([one.transaction_id for one in payments], np.int64)[owners]
    same_second = (events[:, 0] == times) & (events[:, 1] < ids)
    earlier = (events[:, 0] < times) | same_second
    return events[earlier], np.bincount(owners[earlier], minlength=len(counts))


def _known(taken: Ints, taken_counts: Ints, frauds: Ints, fraud_counts: Ints) -> Flags:
    """Which of a terminal's payments are known frauds, by that terminal's own set of them."""
    known: Flags = np.zeros(len(taken), np.bool_)
    if not len(frauds):
        return known
    places = np.arange(len(taken_counts))
    pairs = set(zip(places.repeat(fraud_counts).tolist(), frauds[:, 0].tolist(), strict=True))
    owners = places.repeat(taken_counts)
    for place in np.flatnonzero(np.isin(taken[:, 1], frauds[:, 0])).tolist():
        known[place] = (int(owners[place]), int(taken[place, 1])) in pairs
    return known


def windows(page: Page) -> tuple[list[tuple[str, bytes]], list[tuple[str, bytes]]]:
    """Stored payments as records, ascending, by the windows of customers and of terminals."""
    columns = np.array((page.times, page.ids, page.cents), ">i8").T
    customers, terminals = np.array(page.customers, np.int64), np.array(page.terminals, np.int64)
    return (
        list(_grouped("spent", customers, columns)),
        list(_grouped("taken", terminals, columns[:, :2])),
    )


def known_frauds(page: Page) -> Iterable[tuple[str, int, bytes]]:
    """Those among stored payments: each one's set, time and member."""
    for place in np.flatnonzero(page.frauds).tolist():
        time = page.times[place]
        key, member = fraud(page.terminals[place], page.ids[place], time)
        yield key, time, member


def _grouped(kind: str, owners: Ints, columns: NDArray[np.int64]) -> Iterable[tuple[str, bytes]]:
    """Each owner's window and its records."""
    if not len(owners):
        return
    order = np.lexsort((columns[:, 1], columns[:, 0], owners))
    size, raw = 8 * columns.shape[1], columns[order].tobytes()
    starts = np.flatnonzero(np.diff(owners[order], prepend=owners[order][0] - 1))
    ends = [*starts[1:].tolist(), len(order)]
    for owner, start, end in zip(
        owners[order][starts].tolist(), starts.tolist(), ends, strict=True
    ):
        yield f"{kind}:{owner}", raw[start * size : end * size]
