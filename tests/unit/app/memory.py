"""The ports in memory, and a model that anybody can compute in their head."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import cache

import httpx
import numpy as np

from app.api.app import Connected, create_app, guarded
from app.api.edge import Lifecycle
from app.domain.features import FEATURES
from app.domain.pasts import Past, Pasts
from app.domain.ruled import Ruled
from app.domain.scoring import Judge, Thresholds
from app.domain.transactions import Floats, Transaction
from app.domain.windows import CustomerWindow, TerminalWindow
from app.labels import Labelling
from app.openapi import document
from app.ports.decisions import Contradiction, Decided, LogAway, Standing
from app.ports.labels import Told
from app.ports.lease import Elsewhere
from app.ports.windows import Seen
from app.rating import Rating
from app.registry import Registry
from app.rounds import Rounds
from app.scoring import Scoring
from app.switched import Switched
from app.telemetry import Telemetry
from tests.unit.app.book import MemoryBook
from tests.unit.app.memory_models import MemoryModels, MemoryResults, opens
from tests.unit.app.rulebook import MemoryArchive, MemoryRules, analysts

KEY = "a-key-of-sixteen-or-more"


described = cache(document)
"""Every app's routes are the same: to describe them anew takes longer than most tests."""


class AmountModel:
    """The fraud probability is the amount, in thousandths."""

    version = "amount-1"

    def probabilities(self, rows: Floats) -> Floats:
        return np.clip(rows[:, 0] / 1000, 0, 1)


def amount_judge() -> Judge:
    return Judge(AmountModel(), Thresholds(0.3, 0.6), np.zeros(len(FEATURES)))


class MemoryWindows:
    def __init__(self, *, kept: bool = True, degraded: bool = False) -> None:
        self.kept, self.degraded = kept, degraded
        self.remembered: dict[int, Transaction] = {}
        self.settled: list[Transaction] = []
        self.labelled: dict[int, bool] = {}

    async def observe(self, payments: Sequence[Transaction]) -> Seen:
        pasts = Pasts.of(map(self._past, payments))
        return Seen(pasts, self.kept, self.degraded)

    async def settle(self, payments: Sequence[Transaction]) -> None:
        self.settled += payments

    async def correct(self, wrong: Sequence[Transaction], standing: Sequence[Transaction]) -> None:
        assert {one.transaction_id for one in wrong} == {one.transaction_id for one in standing}
        self.remembered |= {one.transaction_id: one for one in standing}

    async def label(self, told: Sequence[Told]) -> None:
        self.labelled |= {one.label.transaction_id: one.label.fraud for one in told}

    def _past(self, payment: Transaction) -> Past:
        customer = CustomerWindow.empty()
        for other in self.remembered.values():
            if other.customer_id == payment.customer_id and other.time < payment.time:
                customer = customer.after(other.time, other.amount)
        self.remembered[payment.transaction_id] = payment
        return Past(customer, TerminalWindow.empty())


class MemoryLog:
    def __init__(self) -> None:
        self.recorded: dict[int, Decided] = {}
        self.windowed: set[int] = set()
        self.trouble: Exception | None = None
        self.known_away = False
        self.rounds: list[int] = []

    def check(self) -> None:
        if self.known_away:
            raise LogAway("known")

    async def record(
        self, groups: Sequence[Sequence[Decided]], *, windowed: bool
    ) -> Sequence[Standing]:
        self.rounds.append(sum(map(len, groups)))
        if self.trouble:
            raise self.trouble
        return [self._group(group, windowed=windowed) for group in groups]

    def _group(self, group: Sequence[Decided], *, windowed: bool) -> Standing:
        standing = [self.recorded.get(one.payment.transaction_id, one) for one in group]
        pairs = zip(group, standing, strict=True)
        if others := [stood.payment for one, stood in pairs if stood.payment != one.payment]:
            return Contradiction(others)
        kept = {one.payment.transaction_id: one for one in standing}
        self.recorded |= kept
        if windowed:
            self.windowed |= set(kept)
        return standing


class MemoryLease:
    def __init__(self) -> None:
        self.held = True

    def check(self) -> None:
        if not self.held:
            raise Elsewhere


class Service:
    """The whole app on ports in memory."""

    def __init__(self) -> None:
        self.windows, self.log = MemoryWindows(), MemoryLog()
        self.book = MemoryBook(self._recorded)
        self.models, self.results = MemoryModels(), MemoryResults()
        self.switched = Switched(amount_judge())
        self.ruled = Ruled(self.switched, lambda _: None)
        self.rules, self.archive = MemoryRules(), MemoryArchive(self.log.recorded)
        self.telemetry, self.lifecycle = Telemetry(), Lifecycle()
        self.unready: str | None = None
        self.lease = MemoryLease()
        self.app = create_app(self._connect, self.telemetry, self.lifecycle, self.lease)
        self.app.openapi = described  # type: ignore[method-assign]
        self.asgi = guarded(self.app, KEY)

    @asynccontextmanager
    async def _connect(self) -> AsyncIterator[Connected]:
        rounds = Rounds(Scoring(self.windows, self.ruled, self.log), self.telemetry)

        async def unready() -> str | None:
            return self.unready

        labelling = Labelling(self.book, self.windows)
        registry = Registry(
            self.models, self.results, self.switched, committed="amount-1", opens=opens
        )
        desk = analysts(self.rules, self.archive, self.ruled)
        async with rounds.running() as scoring:
            rating = Rating(self.ruled)
            yield Connected(scoring, rating, labelling, registry, desk, unready)

    def _recorded(self, number: int) -> Transaction | None:
        known = self.log.recorded.get(number)
        return known.payment if known else None

    @asynccontextmanager
    async def client(self, key: str | None = KEY) -> AsyncIterator[httpx.AsyncClient]:
        headers = {"X-API-Key": key} if key else {}
        transport = httpx.ASGITransport(self.asgi, raise_app_exceptions=False)
        async with (
            self.app.router.lifespan_context(self.app),
            httpx.AsyncClient(transport=transport, base_url="http://fraud", headers=headers) as it,
        ):
            yield it


def payment(number: int = 1, amount: float = 57.16, **changes: int) -> Transaction:
    whole = {"customer_id": 7, "terminal_id": 9, "time": 1_533_686_474 + number} | changes
    return Transaction(transaction_id=number, amount=amount, **whole)


Make = Callable[..., Transaction]
