"""Recorded payments looked at again: their features, and why a model scores them so.

Features come from Postgres, by the one definition, with what is known today. They are those of the
decision unless a label came later than the week that windows wait for it, or payments late.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.domain.features import FEATURES
from app.domain.pasts import Pasts
from app.domain.reasons import Reason
from app.domain.rows import rows
from app.domain.scoring import Decider
from app.domain.transactions import Floats, Transaction
from app.ports.archive import Recollection


@dataclass(frozen=True, slots=True)
class Explained:
    """Why the model that is live today scores a payment as it does."""

    score: float
    model_version: str
    reasons: tuple[Reason, ...]
    """Every factor, the strongest first; what speaks for the payment is negative."""
    features: Mapping[str, float]


class Hindsight:
    """What was not worth computing when the payment came."""

    def __init__(self, past: Recollection, model: Callable[[], Decider]) -> None:
        self._past = past
        self._model = model

    async def features(self, payments: Sequence[Transaction]) -> Floats:
        """Of recorded payments: (payments, features)."""
        found = await self._past.read(payments, range(len(payments)))
        return rows(payments, Pasts.of(found))

    async def explain(self, payment: Transaction) -> Explained:
        """Of one recorded payment."""
        features = await self.features([payment])
        model = self._model()
        rated, (reasons,) = model.rate(features), model.explain(features)
        values = dict(zip(FEATURES, features[0].tolist(), strict=True))
        return Explained(float(rated.scores[0]), rated.model_version, reasons, values)
