"""The one use case: payments in, recorded decisions out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, islice

from app.domain.rows import rows
from app.domain.scoring import Decider
from app.domain.transactions import Transaction
from app.ports.decisions import Contradiction, Decided, DecisionLog, Standing
from app.ports.windows import WindowStore


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Judged:
    """Decisions that are not recorded yet."""

    groups: Sequence[Sequence[Decided]]
    """Each is recorded all or none."""
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
        (standing,) = await self.record(await self.judge([payments]))
        if isinstance(standing, Contradiction):
            raise standing
        return standing

    async def judge(self, groups: Sequence[Sequence[Transaction]]) -> Judged:
        """Remember all of these and decide them, which nobody may be told yet."""
        self._log.check()
        payments = list(chain.from_iterable(groups))
        seen = await self._windows.observe(payments)
        features = rows(payments, seen.pasts)
        decisions = self._decider.decide(payments, features)
        now = self._clock()
        decided = (
            Decided(payment, decision, seen.degraded, now, row)
            for payment, decision, row in zip(payments, decisions, features, strict=True)
        )
        return Judged([list(islice(decided, len(one))) for one in groups], windowed=seen.kept)

    async def record(self, judged: Judged) -> Sequence[Standing]:
        """Record each group all or none. What is returned counts, but for contradictions."""
        answers = await self._log.record(judged.groups, windowed=judged.windowed)
        others = [it for one in answers if isinstance(one, Contradiction) for it in one.standing]
        if others:
            await self._correct(judged, others)
        if not judged.windowed:
            recorded = [one for one in answers if not isinstance(one, Contradiction)]
            await self._windows.settle([it.payment for it in chain.from_iterable(recorded)])
        return answers

    async def _correct(self, judged: Judged, standing: Sequence[Transaction]) -> None:
        taken = {payment.transaction_id for payment in standing}
        told = (one.payment for one in chain.from_iterable(judged.groups))
        wrong = [payment for payment in told if payment.transaction_id in taken]
        await self._windows.correct(wrong, standing)
