"""What Postgres has recorded, in memory: the pasts of payments, and pages for a refill."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from app.adapters.money import cents_of
from app.adapters.pasts import customer_window, terminal_window
from app.adapters.postgres_windows import MISSED_PAGE, Page, PostgresWindows
from app.domain.pasts import Past
from app.domain.transactions import Transaction
from app.ports.decisions import LogAway

START = datetime(2026, 1, 1, tzinfo=UTC)


class MemoryLedger(PostgresWindows):
    """Each recording comes a second after the one before."""

    def __init__(self) -> None:
        self.recorded: dict[int, tuple[Transaction, datetime]] = {}
        self.flagged: set[int] = set()
        self.away = False
        self.copy = False
        self.clock = START
        self.reads = 0

    def record(self, *payments: Transaction, windowed: bool = True) -> None:
        for payment in payments:
            self.clock += timedelta(seconds=1)
            self.recorded[payment.transaction_id] = (payment, self.clock)
            if not windowed:
                self.flagged.add(payment.transaction_id)

    async def read(self, payments: Sequence[Transaction], at: Sequence[int]) -> list[Past]:
        self._answer()
        self.reads += 1
        known = {number: one for number, (one, _) in self.recorded.items()}
        pasts = []
        for place, payment in enumerate(payments):
            if place in at:
                pasts.append(_past(payment, list(known.values())))
            known[payment.transaction_id] = payment
        return pasts

    async def recorded_since(self, moment: datetime) -> AsyncIterator[Page]:
        self._answer()
        found = [payment for payment, when in self.recorded.values() if when > moment]
        if found:
            yield page(found)

    async def missed(self) -> Page:
        self._answer()
        return page([self.recorded[number][0] for number in sorted(self.flagged)[:MISSED_PAGE]])

    async def taken(self, page: Page) -> None:
        self._answer()
        self.flagged -= set(page.ids)

    async def now(self) -> datetime:
        self._answer()
        return self.clock

    async def copies(self) -> bool:
        self._answer()
        return self.copy

    def _answer(self) -> None:
        if self.away:
            raise LogAway("postgres does not answer")


def page(payments: Sequence[Transaction], frauds: Sequence[bool] | None = None) -> Page:
    return Page(
        [one.transaction_id for one in payments],
        [one.customer_id for one in payments],
        [one.terminal_id for one in payments],
        [cents_of(one.amount) for one in payments],
        [one.time for one in payments],
        list(frauds or [False] * len(payments)),
    )


def _past(payment: Transaction, known: Sequence[Transaction]) -> Past:
    ordered = sorted(known, key=lambda one: (one.time, one.transaction_id))
    spent = [one for one in ordered if one.customer_id == payment.customer_id]
    taken = [one for one in ordered if one.terminal_id == payment.terminal_id]
    ids, times = _columns(spent)
    customer = customer_window(payment, ids, times, np.array([one.amount for one in spent]))
    ids, times = _columns(taken)
    return Past(customer, terminal_window(payment, ids, times, np.zeros(len(taken), np.bool_)))


def _columns(payments: Sequence[Transaction]) -> tuple[np.ndarray, np.ndarray]:
    ids = np.array([one.transaction_id for one in payments], np.int64)
    return ids, np.array([one.time for one in payments], np.int64)
