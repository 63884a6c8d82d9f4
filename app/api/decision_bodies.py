"""What goes over the wire about recorded decisions."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from pydantic import BaseModel, Field

from app.api.bodies import Reason, Utc
from app.domain.scoring import Outcome
from app.hindsight import Explained
from app.ports.archive import Archived, Place


class Recorded(BaseModel):
    """A decision with its payment."""

    transaction_id: int
    customer_id: int
    terminal_id: int
    amount: Decimal
    time: Utc
    decision: Outcome
    score: float
    reasons: list[Reason] = Field(description="As given then. Approvals were given none.")
    model_version: str
    rules_version: int = Field(description="0: the built-in rule set.")
    degraded: bool
    decided_at: Utc
    fraud: bool | None = Field(description="What became of it. None: nobody has said yet.")

    @classmethod
    def of(cls, archived: Archived) -> "Recorded":
        """The answer for what is recorded."""
        payment, decision = archived.decided.payment, archived.decided.decision
        return cls(
            transaction_id=payment.transaction_id,
            customer_id=payment.customer_id,
            terminal_id=payment.terminal_id,
            amount=Decimal(f"{payment.amount:.2f}"),
            time=datetime.fromtimestamp(payment.time, UTC),
            decision=decision.outcome,
            score=decision.score,
            reasons=[
                Reason(code=one.code, text=one.text, contribution=one.contribution)
                for one in decision.reasons
            ],
            model_version=decision.model_version,
            rules_version=decision.rules_version,
            degraded=archived.decided.degraded,
            decided_at=archived.decided.decided_at,
            fraud=archived.fraud,
        )


HEADER: Final = (
    "transaction_id", "customer_id", "terminal_id", "amount", "time", "decision", "score",
    "reasons", "contributions", "model_version", "rules_version", "degraded", "decided_at", "fraud",
)  # fmt: skip


def cells(archived: Archived) -> list[object]:
    """A decision as a row of a spreadsheet, in the order of `HEADER`; of many, so no model."""
    decided, payment = archived.decided, archived.decided.payment
    decision = decided.decision
    return [
        payment.transaction_id,
        payment.customer_id,
        payment.terminal_id,
        f"{payment.amount:.2f}",
        datetime.fromtimestamp(payment.time, UTC).isoformat(),
        decision.outcome.value,
        decision.score,
        "; ".join(one.text for one in decision.reasons),
        " ".join(f"{one.code}={one.contribution:.3f}" for one in decision.reasons),
        decision.model_version,
        decision.rules_version,
        "yes" if decided.degraded else "no",
        decided.decided_at.isoformat(),
        {True: "yes", False: "no", None: ""}[archived.fraud],
    ]


class Recomputed(BaseModel):
    """Why today's model scores the payment so, by what is known today. Not what was said then."""

    score: float
    model_version: str
    reasons: list[Reason] = Field(
        description="Every factor, the strongest first; what speaks for the payment is negative."
    )
    features: dict[str, float] = Field(description="What the model looks at.")

    @classmethod
    def of(cls, explained: Explained) -> "Recomputed":
        """The answer for what was found."""
        return cls(
            score=explained.score,
            model_version=explained.model_version,
            reasons=[
                Reason(code=one.code, text=one.text, contribution=one.contribution)
                for one in explained.reasons
            ],
            features=dict(explained.features),
        )


class Looked(Recorded):
    """One decision."""

    recomputed: Recomputed | None = Field(default=None, description="With `explain=true`.")


class Export(BaseModel):
    """Decisions in the order in which they were recorded."""

    decisions: list[Recorded]
    next: str | None = Field(description="Give this as `after` for the rest. None: that was all.")


def cursor(place: Place) -> str:
    """A place as clients hand it back."""
    return f"{place.recorded_at.isoformat().replace('+00:00', 'Z')}_{place.transaction_id}"


def place_of(text: str) -> Place:
    """And back. Raises `ValueError`."""
    moment, _, number = text.rpartition("_")
    return Place(datetime.fromisoformat(moment), int(number))
