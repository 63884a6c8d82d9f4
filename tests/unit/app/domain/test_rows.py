"""Rows of many payments at once, whatever their order, are the rows of the whole history."""

import numpy as np
import pytest

from app.domain.features import matrix, row
from app.domain.pasts import Past, Pasts
from app.domain.rows import rows
from app.domain.transactions import DAY, Transaction, Transactions
from app.domain.windows import CustomerWindow, TerminalWindow
from tests.unit.app.domain.test_features import crowded_history


def past_of(history: Transactions, number: int) -> Past:
    """Everything before a payment: more than any window reaches."""
    before = history[:number]
    customer = before.customers == history.customers[number]
    terminal = before.terminals == history.terminals[number]
    return Past(
        CustomerWindow(before.times[customer], before.amounts[customer]),
        TerminalWindow(before.times[terminal], before.frauds[terminal]),
    )


@pytest.mark.parametrize("seed", range(5))
def test_payments_in_any_order_and_any_company_have_the_rows_of_the_history(seed: int) -> None:
    random = np.random.default_rng(seed)
    history = crowded_history(seed, size=800)
    payments, whole = list(history), matrix(history)

    for size in random.integers(1, 60, 20).tolist():
        asked = random.choice(len(payments), size, replace=bool(seed % 2)).tolist()
        pasts = Pasts.of(past_of(history, number) for number in asked)

        served = rows([payments[number] for number in asked], pasts)

        assert np.array_equal(served, whole[asked])


def test_years_between_two_payments_are_no_nearness() -> None:
    nothing = Past(CustomerWindow.empty(), TerminalWindow.empty())
    times = [946_684_800, 4_102_444_799, 946_684_801]
    payments = [Transaction(n, 1, 1, 10.0, time) for n, time in enumerate(times)]

    served = rows(payments, Pasts.of([nothing] * 3))

    alone = [*(1, 1, 1, 10, 10, 10, 1, 1, 0), *(0, 0, 0, 0, 0, 0, 0, 0, 37)]
    assert served[:, 3:].tolist() == [alone] * 3


def test_pasts_are_read_back_one_by_one_and_can_be_replaced() -> None:
    history = crowded_history(9, size=50)
    singly = [past_of(history, number) for number in range(50)]
    pasts = Pasts.of(singly)

    changed = pasts.replaced({3: singly[49]})

    assert len(pasts) == 50
    payments = list(history)
    for payment, past, expected in zip(payments, pasts, singly, strict=True):
        assert row(payment, *past).tolist() == row(payment, *expected).tolist()
    assert changed[3].customer.times.tolist() == singly[49].customer.times.tolist()
    assert changed[4].terminal.frauds.tolist() == singly[4].terminal.frauds.tolist()


def test_an_event_older_than_every_window_changes_nothing() -> None:
    time = 1_533_729_600
    old = Past(
        CustomerWindow(np.array([time - 3000 * DAY]), np.array([5.0])),
        TerminalWindow(np.array([time - 3000 * DAY]), np.array([True])),
    )
    nothing = Past(CustomerWindow.empty(), TerminalWindow.empty())
    payments = [Transaction(n, 1, 1, 10.0, time) for n in range(2)]

    served = rows(payments, Pasts.of([old, nothing]))

    assert served[0].tolist() == served[1].tolist()
