"""The model's input for payments as they are served, given what came before each.

The windows of all payments go end to end into one call of each of the two functions that define
them. Times are counted from the payment's own, and payments are set so far apart that no window
reaches across; so the features have the same bits as those of a whole history (`matrix`).
"""

from collections.abc import Sequence

import numpy as np

from app.domain.features import own_columns
from app.domain.pasts import Pasts
from app.domain.transactions import DAY, Floats, Ints, Transaction
from app.domain.windows import TERMINAL_DAYS, customer_columns, terminal_columns


def rows(payments: Sequence[Transaction], pasts: Pasts) -> Floats:
    """The features of each payment: (payments, features)."""
    amounts = np.array([payment.amount for payment in payments], np.float64)
    times = np.array([payment.time for payment in payments], np.int64)
    own = own_columns(amounts, times)
    customers = _customers(amounts, times, pasts)
    terminals = _terminals(times, pasts)
    return np.concatenate((own, customers, terminals), axis=1)


def _customers(amounts: Floats, times: Ints, pasts: Pasts) -> Floats:
    """A payment stands behind its customer's earlier ones, and is part of its own windows."""
    own = pasts.spent_counts.cumsum() + np.arange(len(times))
    earlier = np.ones(len(pasts.spent_at) + len(times), np.bool_)
    earlier[own] = False
    starts, since = _apart(times, pasts.spent_at, pasts.spent_counts)
    keys, values = np.empty(len(earlier), np.int64), np.empty(len(earlier))
    keys[earlier], keys[own] = since, starts
    values[earlier], values[own] = pasts.spent, amounts
    return customer_columns(keys, values, own)


def _terminals(times: Ints, pasts: Pasts) -> Floats:
    starts, since = _apart(times, pasts.taken_at, pasts.taken_counts)
    return terminal_columns(since, pasts.frauds, starts)


def _apart(times: Ints, events: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """Each payment's place on one time line, and those of the events that came before it."""
    since = events - times.repeat(counts)
    stride = (TERMINAL_DAYS + 1) * DAY - int(since.min(initial=0))
    starts = np.arange(len(times)) * stride
    return starts, starts.repeat(counts) + since
