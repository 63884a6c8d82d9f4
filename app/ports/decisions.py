"""The log that makes a decision count."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from app.domain.scoring import Decision
from app.domain.transactions import Floats, Transaction


@dataclass(frozen=True, slots=True)
class Decided:
    """A payment and what was decided of it."""

    payment: Transaction
    decision: Decision
    degraded: bool
    """Whether its windows came from the slower store."""
    decided_at: datetime
    features: Floats | None = field(default=None, compare=False, repr=False)
    """What it was decided by, in the order of `FEATURES`. The log does not keep it."""


class LogAway(Exception):  # noqa: N818 (a state of the world that callers answer, not a mistake)
    """Nothing can be acknowledged now: the log, or its second copy, does not answer."""

    def __init__(self, why: str, retry_seconds: int = 1) -> None:
        super().__init__(why)
        self.retry_seconds = retry_seconds


class Contradiction(Exception):  # noqa: N818 (likewise)
    """Some ids were recorded before, of other payments. Nothing of their group was recorded now."""

    def __init__(self, standing: Sequence[Transaction]) -> None:
        super().__init__(f"other payments have these ids: {[p.transaction_id for p in standing]}")
        self.standing = standing
        """The payments that have the ids."""


Standing = Sequence[Decided] | Contradiction
"""Of a group: for a payment told again, what stood before."""


class DecisionLog(Protocol):
    """Decisions that outlive any one machine."""

    def check(self) -> None:
        """Raise `LogAway` if it is known already that recording would."""

    async def record(
        self, groups: Sequence[Sequence[Decided]], *, windowed: bool
    ) -> Sequence[Standing]:
        """Record each group all or none, and return what stands of each, in their order.

        Returning means that two instances hold it. No id may be there twice. `windowed` tells
        whether the fast windows hold these payments too; those for which they do not are put there
        later.
        """
