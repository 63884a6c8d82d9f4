"""Sliding windows over a customer's and a terminal's payments.

Two functions hold the whole definition. Training calls them once with everybody's events laid end
to end; serving calls them with one customer's or one terminal's. Money is summed in whole cents, so
both give the same bits in whatever order they add.
"""

from dataclasses import dataclass

import numpy as np

from app.domain.transactions import DAY, Flags, Floats, Ints

SPANS = (1, 7, 30)
"""Days that a window reaches back."""
RECENT = 14
"""Days in which a stolen card is used: what is older than that tells what its owner spends."""
LABEL_DELAY = 7
"""Days until a fraud is known: a terminal's windows end that long ago."""
CUSTOMER_DAYS = max(SPANS)
"""How much of a customer's past serving has to keep."""
TERMINAL_DAYS = LABEL_DELAY + max(SPANS)
"""How much of a terminal's past serving has to keep."""

CUSTOMER_COLUMNS: tuple[str, ...] = (
    *(f"customer_count_{days}d" for days in SPANS),
    *(f"customer_mean_{days}d" for days in SPANS),
    "customer_amount_ratio",
    "customer_settled_ratio",
    "customer_peak_ratio",
)
TERMINAL_COLUMNS: tuple[str, ...] = (
    *(f"terminal_count_{days}d" for days in SPANS),
    *(f"terminal_risk_{days}d" for days in SPANS),
    "terminal_fraud_run",
    "terminal_run_age",
    "terminal_genuine_age",
)

_REACH = DAY * np.array(SPANS, dtype=np.int64)


def customer_columns(keys: Ints, amounts: Floats, rows: Ints) -> Floats:
    """`CUSTOMER_COLUMNS` of some events, which are `rows` of all: (rows, columns).

    Payments and their mean amount in (t - span, t], the row's own payment included. Then the
    amount as a multiple of the mean of the earlier payments, and of the settled ones, which are
    older than `RECENT` days; and the highest amount since then, the row's own excluded, as a
    multiple of the settled mean. Without settled payments the earlier ones stand in for them,
    without any the row's own.

    `keys` ascend: times, or times offset by customer. Of one customer's payments in the same
    second, a row sees those before it and not those after it.
    """
    cents = np.rint(amounts * 100).astype(np.int64)
    totals = _running(cents)
    first = np.searchsorted(keys, keys[rows, None] - _REACH, side="right")
    end = rows[:, None] + 1
    counts = end - first
    means = (totals[end] - totals[first]) / 100 / counts

    begin, own = first[:, -1], cents[rows]
    recent = np.searchsorted(keys, keys[rows] - RECENT * DAY, side="right")
    earlier = rows - begin, totals[rows] - totals[begin]
    earlier = _else(earlier, (1, own))
    settled = _else((recent - begin, totals[recent] - totals[begin]), earlier)
    ratios = (_multiple(own, *earlier), _multiple(own, *settled))
    peaks = _multiple(_highest(cents, recent, rows), *settled)
    return np.column_stack((counts, means, *ratios, peaks))


def terminal_columns(keys: Ints, frauds: Flags, at: Ints) -> Floats:
    """`TERMINAL_COLUMNS` at some times, on the line of the keys: (times, columns).

    Payments and the share of frauds in (t - delay - span, t - delay]; no payment, no risk. Then
    the run of frauds with which the longest of these windows ends: how many in a row, and the days
    since its first (0 without a run); and the days since the last genuine payment in the window
    (`TERMINAL_DAYS` without one).
    """
    totals = _running(frauds.astype(np.int64))
    known = at[:, None] - LABEL_DELAY * DAY
    first = np.searchsorted(keys, known - _REACH, side="right")
    end = np.searchsorted(keys, known, side="right")
    counts = end - first
    risks = (totals[end] - totals[first]) / np.maximum(counts, 1)

    begin, last = first[:, -1], end[:, 0]
    genuine = _places_after_genuine(frauds)[last]  # just behind the last genuine one so far
    run = last - np.maximum(genuine, begin)
    times = np.append(keys, 0)
    since_run = np.where(run > 0, at - times[last - run], 0)
    since_genuine = np.where(genuine > begin, at - times[genuine - 1], TERMINAL_DAYS * DAY)
    return np.column_stack((counts, risks, run, since_run / DAY, since_genuine / DAY))


def _else(some: tuple[Ints, Ints], others: tuple[Ints | int, Ints]) -> tuple[Ints, Ints]:
    """Counts and totals, replaced where they count nothing."""
    nothing = some[0] == 0
    return np.where(nothing, others[0], some[0]), np.where(nothing, others[1], some[1])


def _multiple(cents: Ints, counts: Ints, totals: Ints) -> Floats:
    """Amounts over the mean of these. Whole numbers up to the one division, so it is exact."""
    multiples: Floats = cents * counts / np.maximum(totals, 1)
    return multiples


def _highest(values: Ints, first: Ints, end: Ints) -> Ints:
    """The highest of values[first:end] for each pair, 0 where there is none."""
    pairs = np.column_stack((first, end)).ravel()  # reduces from each to its successor
    highest = np.maximum.reduceat(values, pairs)[::2] if len(pairs) else first
    return np.where(first < end, highest, 0)


def _places_after_genuine(frauds: Flags) -> Ints:
    """For each number of events from the start, one more than the place of the last genuine one."""
    places = np.where(frauds, 0, np.arange(1, len(frauds) + 1))
    return np.maximum.accumulate(np.concatenate(([0], places)))


@dataclass(frozen=True, slots=True)
class CustomerWindow:
    """What one customer has paid so far. `CUSTOMER_DAYS` of it are enough; more does no harm."""

    times: Ints
    """Ascending, without the payment to be judged."""
    amounts: Floats

    @classmethod
    def empty(cls) -> "CustomerWindow":
        """A customer never seen before."""
        return cls(np.empty(0, np.int64), np.empty(0, np.float64))

    def after(self, time: int, amount: float) -> "CustomerWindow":
        """The same customer once this payment is part of the past."""
        place = int(np.searchsorted(self.times, time, side="right"))
        return CustomerWindow(
            np.concatenate((self.times[:place], [time], self.times[place:])),
            np.concatenate((self.amounts[:place], [amount], self.amounts[place:])),
        )

    def at(self, time: int, amount: float) -> Floats:
        """The customer's features for a payment of this amount at this time."""
        place = np.searchsorted(self.times, time, side="right")
        times = np.append(self.times[:place], time)
        amounts = np.append(self.amounts[:place], amount)
        features: Floats = customer_columns(times, amounts, np.array([place]))[0]
        return features


@dataclass(frozen=True, slots=True)
class TerminalWindow:
    """What one terminal has taken so far, and what of it turned out a fraud."""

    times: Ints
    """Ascending. `TERMINAL_DAYS` of it are enough; the last `LABEL_DELAY` are never looked at."""
    frauds: Flags

    @classmethod
    def empty(cls) -> "TerminalWindow":
        """A terminal never seen before."""
        return cls(np.empty(0, np.int64), np.empty(0, np.bool_))

    def at(self, time: int) -> Floats:
        """The terminal's features at this time."""
        features: Floats = terminal_columns(self.times, self.frauds, np.array([time]))[0]
        return features


def _running(values: Ints) -> Ints:
    return np.concatenate(([0], np.cumsum(values)))
