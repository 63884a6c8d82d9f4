"""The one use case: payments in, recorded decisions out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from app.domain.rows import rows
from app.domain.scoring import Decider
from app.domain.transactions import Transaction
from app.ports.decisions import Contradiction, Decided, DecisionLog
from app.ports.windows import WindowStore


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Judged:
    """Decisions that are not recorded yet."""

    decided: Sequence[Decided]
    windowed: bool
    """Whether the windows of later payments hold these payments already."""


class Scoring:
    """Windows, then the model, then the log; what the log returns is the answer.

    A payment is remembered before its decision is recorded. If recording fails, the attempt stays
    in the windows: the client tells it again under the same id, which counts once. Forgetting it
    instead could race with that second telling and lose a payment for good.
    """

    def __init__(
        self,
        windows: WindowStore,
        decider: Decider,
        log: DecisionLog,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._windows = windows
        self._decider = decider
        self._log = log
        self._clock = clock

    async def score(self, payments: Sequence[Transaction]) -> Sequence[Decided]:
        """Decide these in their order, all or none."""
        return await self.record(await self.judge(payments))

    async def judge(self, payments: Sequence[Transaction]) -> Judged:
        """Remember these and decide them, which nobody may be told yet."""
        self._log.check()
        seen = await self._windows.observe(payments)
        features = rows(payments, seen.pasts)
        decisions = self._decider.decide(payments, features)
        now = self._clock()
        decided = [
            Decided(payment, decision, seen.degraded, now, row)
            for payment, decision, row in zip(payments, decisions, features, strict=True)
        ]
        return Judged(decided, windowed=seen.kept)

    async def record(self, judged: Judged) -> Sequence[Decided]:
        """Record all or none. What is returned counts."""
        try:
            standing = await self._log.record(judged.decided, windowed=judged.windowed)
        except Contradiction as contradiction:
            await self._correct(judged, contradiction.standing)
            raise
        await self._settle(judged, standing)
        return standing

    async def record_each(self, judged: Judged) -> Sequence[Decided | Contradiction]:
        """Record each by itself: payments of different clients, whose ids are all different."""
        answers = await self._log.record_each(judged.decided, windowed=judged.windowed)
        others = [one for one in answers if isinstance(one, Transaction)]
        if others:
            await self._correct(judged, others)
        await self._settle(judged, [one for one in answers if isinstance(one, Decided)])
        return [one if isinstance(one, Decided) else Contradiction([one]) for one in answers]

    async def _correct(self, judged: Judged, standing: Sequence[Transaction]) -> None:
        taken = {payment.transaction_id for payment in standing}
        told = (one.payment for one in judged.decided)
        wrong = [payment for payment in told if payment.transaction_id in taken]
        await self._windows.correct(wrong, standing)

    async def _settle(self, judged: Judged, standing: Sequence[Decided]) -> None:
        if not judged.windowed:
            await self._windows.settle([one.payment for one in standing])
