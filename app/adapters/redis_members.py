"""How payments lie in Redis, and how they and their pasts travel to and from the script.

A member is its payment's id and time (and the customer's cents) in big-endian bytes, so that equal
times sort by id and all sets of a call travel as one string. What counts as before a payment is an
earlier second, or the same second and a smaller id: the order of the training data, which does not
depend on the order of arrival.
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

_SPENT: Final = 24
"""Bytes: id, time, cents."""
_TAKEN: Final = 16
"""Bytes: id, time."""

Reply = Sequence[Any]
"""What the script says of some payments: marker, heads, customers', terminals', frauds' members."""


def keys(payment: Transaction) -> tuple[str, str]:
    """The customer's and the terminal's set."""
    return f"customer:{payment.customer_id}", f"terminal:{payment.terminal_id}"


def members(payment: Transaction) -> tuple[bytes, bytes]:
    """The payment in either."""
    spent = _packed([payment])
    return spent, spent[:_TAKEN]


def question(payments: Sequence[Transaction]) -> tuple[str, bytes]:
    """The payments as the script takes them."""
    named = [f"{one.customer_id} {one.terminal_id} {one.time} " for one in payments]
    return "".join(named), _packed(payments)


def pasts(payments: Sequence[Transaction], replies: Sequence[Reply]) -> tuple[Pasts, list[int]]:
    """What came before each payment, and the places of those that came too late."""
    heads, *sets = (b"".join(parts) for parts in list(zip(*replies, strict=True))[1:])
    table = np.array(heads.split(), "S20").astype(np.int64).reshape(-1, 4)
    spent, taken, frauds = (_table(raw, width) for raw, width in zip(sets, _WIDTHS, strict=True))
    counts = table[:, 1:] // _WIDTHS
    earlier, left = _earlier(payments, spent, counts[:, 0])
    found = Pasts(
        spent[earlier, 1], spent[earlier, 2] / 100, left,
        taken[:, 1], _known(taken, counts[:, 1], frauds, counts[:, 2]), counts[:, 1],
    )  # fmt: skip
    return found, np.flatnonzero(table[:, 0]).tolist()


_WIDTHS: Final = np.array([_SPENT, _TAKEN, _TAKEN])


def _packed(payments: Sequence[Transaction]) -> bytes:
    numbers: list[int] = []
    for one in payments:
        numbers += (one.transaction_id, one.time, cents_of(one.amount))
    return struct.pack(f">{len(numbers)}q", *numbers)


def _table(raw: bytes, width: int) -> Ints:
    return np.frombuffer(raw, ">i8").reshape(-1, width // 8).astype(np.int64)


def _earlier(payments: Sequence[Transaction], spent: Ints, counts: Ints) -> tuple[Flags, Ints]:
    """Which events came before their payment, and how many that leaves to each.

    Redis answers up to the payment's own second, the payment itself included.
    """
    ids = np.array([one.transaction_id for one in payments], np.int64)
    times = np.array([one.time for one in payments], np.int64)
    same_second = spent[:, 1] == times.repeat(counts)
    earlier: Flags = ~(same_second & (spent[:, 0] >= ids.repeat(counts)))
    owners = counts.cumsum().searchsorted(np.flatnonzero(~earlier), side="right")
    return earlier, counts - np.bincount(owners, minlength=len(counts))


def _known(taken: Ints, taken_counts: Ints, frauds: Ints, fraud_counts: Ints) -> Flags:
    """Which of a terminal's payments are known frauds, by that terminal's own set of them."""
    known: Flags = np.zeros(len(taken), np.bool_)
    if not len(frauds):
        return known
    places = np.arange(len(taken_counts))
    pairs = set(zip(places.repeat(fraud_counts).tolist(), frauds[:, 0].tolist(), strict=True))
    owners = places.repeat(taken_counts)
    for place in np.flatnonzero(np.isin(taken[:, 0], frauds[:, 0])).tolist():
        known[place] = (int(owners[place]), int(taken[place, 0])) in pairs
    return known


def additions(page: Page) -> list[list[Any]]:
    """Stored payments as commands: a key, then a score and a member for each of its payments."""
    times = np.array(page.times, np.int64)
    columns = np.array((page.ids, page.times, page.cents), ">i8").T
    frauds = np.flatnonzero(page.frauds)
    terminals = np.array(page.terminals, np.int64)
    return [
        *_grouped("customer", np.array(page.customers, np.int64), times, columns),
        *_grouped("terminal", terminals, times, columns[:, :2]),
        *_grouped("frauds", terminals[frauds], times[frauds], columns[frauds, :2]),
    ]


def _grouped(
    kind: str, owners: Ints, times: Ints, columns: NDArray[np.int64]
) -> Iterable[list[Any]]:
    """One ZADD per owner."""
    if not len(owners):
        return
    order = np.argsort(owners, kind="stable")
    size, raw = 8 * columns.shape[1], columns[order].tobytes()
    scores = times[order].tolist()
    starts = np.flatnonzero(np.diff(owners[order], prepend=owners[order][0] - 1))
    ends = [*starts[1:].tolist(), len(order)]
    for owner, start, end in zip(
        owners[order][starts].tolist(), starts.tolist(), ends, strict=True
    ):
        command: list[Any] = [f"{kind}:{owner}"]
        for at in range(start, end):
            command += (scores[at], raw[at * size : (at + 1) * size])
        yield command
