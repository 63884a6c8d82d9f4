"""From stored events to the past of one payment.

A store hands over a customer's or terminal's events in reach, whichever they are; what counts as
before a payment is told here, once: an earlier second, or the same second and a smaller id. That
is the order of the training data, and it does not depend on the order of arrival.
"""

from app.domain.transactions import Flags, Floats, Ints, Transaction
from app.domain.windows import CustomerWindow, TerminalWindow


def customer_window(
    payment: Transaction, ids: Ints, times: Ints, amounts: Floats
) -> CustomerWindow:
    """Of events in order of time, those before the payment."""
    before = _before(payment, ids, times)
    return CustomerWindow(times[before], amounts[before])


def terminal_window(payment: Transaction, ids: Ints, times: Ints, frauds: Flags) -> TerminalWindow:
    """Likewise."""
    before = _before(payment, ids, times)
    return TerminalWindow(times[before], frauds[before])


def _before(payment: Transaction, ids: Ints, times: Ints) -> Flags:
    before: Flags = (times < payment.time) | (
        (times == payment.time) & (ids < payment.transaction_id)
    )
    return before
