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
LABEL_DELAY = 7
"""Days until a fraud is known: a terminal's windows end that long ago."""
CUSTOMER_DAYS = max(SPANS)
"""How much of a customer's past serving has to keep."""
TERMINAL_DAYS = LABEL_DELAY + max(SPANS)
"""How much of a terminal's past serving has to keep."""

_REACH = DAY * np.array(SPANS, dtype=np.int64)


def customer_columns(keys: Ints, amounts: Floats, rows: Ints) -> Floats:
    """Payments and their mean amount in (t - span, t], the row's own payment included.

    `keys` ascend: times, or times offset by customer. Of one customer's payments in the same
    second, a row sees those before it and not those after it.
    """
    totals = _running(np.rint(amounts * 100).astype(np.int64))
    first = np.searchsorted(keys, keys[rows, None] - _REACH, side="right")
    end = rows[:, None] + 1
    counts = end - first
    return np.hstack((counts, (totals[end] - totals[first]) / 100 / counts))


def terminal_columns(keys: Ints, frauds: Flags, at: Ints) -> Floats:
    """Payments and the share of frauds in (t - delay - span, t - delay]; no payment, no risk."""
    totals = _running(frauds.astype(np.int64))
    known = at[:, None] - LABEL_DELAY * DAY
    first = np.searchsorted(keys, known - _REACH, side="right")
    end = np.searchsorted(keys, known, side="right")
    counts = end - first
    return np.hstack((counts, (totals[end] - totals[first]) / np.maximum(counts, 1)))


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
        """The customer's six features for a payment of this amount at this time."""
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
        """The terminal's six features at this time."""
        features: Floats = terminal_columns(self.times, self.frauds, np.array([time]))[0]
        return features


def _running(values: Ints) -> Ints:
    return np.concatenate(([0], np.cumsum(values)))
