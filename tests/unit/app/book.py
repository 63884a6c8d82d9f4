"""The book of labels, in memory."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from app.adapters.postgres_labels import PostgresLabels
from app.domain.transactions import Transaction
from app.ports.decisions import LogAway
from app.ports.labels import Label, Told, UnknownPayments

START = datetime(2026, 1, 1, tzinfo=UTC)


class MemoryBook(PostgresLabels):
    """Each label is told a second after the one before."""

    def __init__(self, find: Callable[[int], Transaction | None]) -> None:
        self._find = find
        self.told: list[Told] = []
        self.queue: dict[int, Told] = {}
        self.clock = START
        self.away = False

    async def record(self, labels: Sequence[Label], source: str) -> Sequence[Told]:
        self._answer()
        payments = {one.transaction_id: self._find(one.transaction_id) for one in labels}
        if unknown := sorted(number for number, payment in payments.items() if not payment):
            raise UnknownPayments(unknown)
        known = [payment for payment in payments.values() if payment]
        return [self._record(*pair, source) for pair in zip(labels, known, strict=True)]

    async def since(self, moment: datetime) -> AsyncIterator[Sequence[Told]]:
        self._answer()
        if found := [one for one in self.told if one.told_at > moment]:
            yield found

    async def waiting(self) -> Sequence[Told]:
        self._answer()
        return list(self.queue.values())

    async def taken(self, told: Sequence[Told]) -> None:
        self._answer()
        for one in told:
            if self.queue.get(one.label.transaction_id) == one:
                del self.queue[one.label.transaction_id]

    def _record(self, label: Label, payment: Transaction, source: str) -> Told:
        number = label.transaction_id
        standing = [one for one in self.told if one.label.transaction_id == number]
        if standing and standing[-1].label == label:
            return replace(standing[-1], changed=False)
        self.clock += timedelta(seconds=1)
        place = len(self.told) + 1
        told = Told(label, place, payment.terminal_id, payment.time, source, self.clock)
        self.told.append(told)
        self.queue[number] = told
        return told

    def _answer(self) -> None:
        if self.away:
            raise LogAway("postgres does not answer")
