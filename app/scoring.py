"""The one use case: payments in, recorded decisions out."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from app.domain.rows import rows
from app.domain.scoring import Decider
from app.domain.transactions import Transaction
from app.ports.decisions import Contradiction, Decided, DecisionLog
from app.ports.windows import WindowStore


def _now() -> datetime:
    return datetime.now(UTC)


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
        self._log.check()
        seen = await self._windows.observe(payments)
        decisions = self._decider.decide(payments, rows(payments, seen.pasts))
        now = self._clock()
        decided = [
            Decided(payment, decision, seen.degraded, now)
            for payment, decision in zip(payments, decisions, strict=True)
        ]
        try:
            standing = await self._log.record(decided, windowed=seen.kept)
        except Contradiction as contradiction:
            taken = {payment.transaction_id for payment in contradiction.standing}
            wrong = [payment for payment in payments if payment.transaction_id in taken]
            await self._windows.correct(wrong, contradiction.standing)
            raise
        if not seen.kept:
            await self._windows.settle(payments)
        return standing
