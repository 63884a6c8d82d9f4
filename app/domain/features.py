"""The numbers that the model sees: of one payment when serving, of all when training."""

import numpy as np

from app.domain.transactions import DAY, Floats, Ints, Transaction, Transactions
from app.domain.windows import (
    CUSTOMER_COLUMNS,
    TERMINAL_COLUMNS,
    TERMINAL_DAYS,
    CustomerWindow,
    TerminalWindow,
    customer_columns,
    terminal_columns,
)

FEATURES: tuple[str, ...] = ("amount", "weekend", "night", *CUSTOMER_COLUMNS, *TERMINAL_COLUMNS)
"""In the order of the model's input."""

_EPOCH_WEEKDAY = 3
"""1970-01-01 was a Thursday; Monday is 0."""
_SATURDAY = 5
_LAST_NIGHT_HOUR = 6


def row(transaction: Transaction, customer: CustomerWindow, terminal: TerminalWindow) -> Floats:
    """The features of one payment, given the past of its customer and its terminal."""
    time = transaction.time
    return np.concatenate(
        (
            own_columns(np.array([transaction.amount]), np.array([time]))[0],
            customer.at(time, transaction.amount),
            terminal.at(time),
        )
    )


def matrix(history: Transactions) -> Floats:
    """The features of every payment in a history, each from what came before it."""
    return np.hstack(
        (
            own_columns(history.amounts, history.times),
            _customer_columns(history),
            _terminal_columns(history),
        )
    )


def own_columns(amounts: Floats, times: Ints) -> Floats:
    """What a payment tells by itself: the first three features."""
    weekend = (times // DAY + _EPOCH_WEEKDAY) % 7 >= _SATURDAY
    night = times % DAY // 3600 <= _LAST_NIGHT_HOUR
    return np.column_stack((amounts, weekend, night)).astype(np.float64)


def _customer_columns(history: Transactions) -> Floats:
    keys, order = _end_to_end(history.customers, history.times)
    columns = np.empty((len(order), len(CUSTOMER_COLUMNS)))
    columns[order] = customer_columns(keys, history.amounts[order], np.arange(len(order)))
    return columns


def _terminal_columns(history: Transactions) -> Floats:
    keys, order = _end_to_end(history.terminals, history.times)
    columns = np.empty((len(order), len(TERMINAL_COLUMNS)))
    columns[order] = terminal_columns(keys, history.frauds[order], keys)
    return columns


def _end_to_end(owners: Ints, times: Ints) -> tuple[Ints, Ints]:
    """Each owner's times after the previous owner's, so far apart that no window reaches across."""
    order = np.lexsort((times, owners))
    _, owner = np.unique(owners, return_inverse=True)
    since = times - times[:1]
    stride = since.max(initial=0) + (TERMINAL_DAYS + 1) * DAY
    return (owner * stride + since)[order], order
