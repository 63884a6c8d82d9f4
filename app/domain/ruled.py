"""A model with rules around it."""

from collections.abc import Callable, Sequence

from app.domain.reasons import Reason
from app.domain.ruling import Ruling
from app.domain.scoring import Decider, Decision, Ratings
from app.domain.transactions import Floats, Transaction


class Ruled:
    """A `Decider`: the model decides, then the live rule set has the last word."""

    def __init__(self, model: Decider, hit: Callable[[str], None]) -> None:
        self.model = model
        self.ruling = Ruling()
        """Whoever watches over the live version puts another one here, between two decisions."""
        self._hit = hit

    def decide(self, payments: Sequence[Transaction], rows: Floats, /) -> list[Decision]:
        """See `Decider`."""
        decisions = self.model.decide(payments, rows)
        judged = self.ruling.judge(payments, rows, decisions, self.model.explain)
        for rules in judged.hits.values():
            for rule in rules:
                self._hit(rule.code)
        return judged.decisions

    def rate(self, rows: Floats, /) -> Ratings:
        """See `Decider`: the model alone."""
        return self.model.rate(rows)

    def explain(self, rows: Floats, /) -> list[tuple[Reason, ...]]:
        """See `Decider`."""
        return self.model.explain(rows)
