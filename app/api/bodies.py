"""What goes over the wire, validated so strictly that nothing is guessed."""

import re
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    field_validator,
)

from app.domain.features import FEATURES
from app.domain.scoring import Outcome
from app.domain.transactions import Transaction
from app.ports.decisions import Decided

BATCH = 1000
"""The most payments of one request."""

_MONEY = re.compile(r"[0-9]{1,7}(\.[0-9]{1,2})?")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_FIRST, _LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def _money(value: Any) -> Decimal:
    """A plain decimal. Not 1e3, 1_000, " 5" or true, all of which Python would take for one."""
    if isinstance(value, str) and _MONEY.fullmatch(value):
        return Decimal(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(value))
    raise ValueError("must be a decimal like 57.16, as a string or a number")


def _moment(value: Any) -> Any:
    """RFC 3339 with its offset. Not a bare number, whose unit one would have to guess."""
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return value
    raise ValueError("must be RFC 3339 with an offset, like 2018-08-08T09:30:00Z")


def _plausible(value: datetime) -> datetime:
    """Catches a wrong unit or epoch. The wall clock is no measure: history is scored too."""
    if _FIRST <= value < _LAST:
        return value
    raise ValueError("must lie between the years 2000 and 2099")


Id = Annotated[int, Field(strict=True, ge=0, le=2**63 - 1)]
Money = Annotated[Decimal, Field(ge=0, le=1_000_000, decimal_places=2), BeforeValidator(_money)]
Moment = Annotated[AwareDatetime, BeforeValidator(_moment), AfterValidator(_plausible)]
Utc = Annotated[
    datetime, PlainSerializer(lambda at: at.astimezone(UTC).isoformat(timespec="microseconds"))
]


class Strict(BaseModel):
    """Refuses fields that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Payment(Strict):
    """One card payment."""

    transaction_id: Id = Field(description="The client's own; telling it again is answered alike.")
    customer_id: Id
    terminal_id: Id
    amount: Money = Field(
        description="At most 1,000,000, at most two decimals. 0 is a check of the card."
    )
    time: Moment = Field(description="When it was made, with the offset; judged to the second.")

    def transaction(self) -> Transaction:
        """As the domain sees it."""
        return Transaction(
            transaction_id=self.transaction_id,
            customer_id=self.customer_id,
            terminal_id=self.terminal_id,
            amount=float(self.amount),
            time=int(self.time.timestamp()),
        )

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "transaction_id": 1236698,
                    "customer_id": 3116,
                    "terminal_id": 1419,
                    "amount": "57.16",
                    "time": "2018-08-08T00:01:14Z",
                }
            ]
        }
    )


class Batch(Strict):
    """Payments in the order in which they are to be judged."""

    transactions: list[Payment] = Field(min_length=1, max_length=BATCH)

    @field_validator("transactions")
    @classmethod
    def _once_each(cls, payments: list[Payment]) -> list[Payment]:
        ids = Counter(payment.transaction_id for payment in payments)
        if len(ids) < len(payments):
            raise ValueError(f"transaction_id {ids.most_common(1)[0][0]} is there twice")
        return payments


class Reason(BaseModel):
    """One thing that raised the score."""

    code: str
    text: str
    contribution: float = Field(description="Log-odds that it adds; 0.7 doubles the odds.")


class Verdict(BaseModel):
    """What was decided of one payment. Recorded on two instances before it is sent."""

    transaction_id: int
    decision: Outcome
    score: float = Field(description="The probability of fraud, by the model.")
    reasons: list[Reason]
    model_version: str
    degraded: bool = Field(description="Judged while the fast windows could not be relied on.")
    decided_at: Utc

    features: dict[str, float] | None = Field(
        default=None,
        description="What it was decided by, if that was asked for. Null for a payment told again.",
    )


def verdict(decided: Decided, *, features: bool) -> dict[str, Any]:
    """A `Verdict` as it is sent. Building the model first would take longer than scoring."""
    decision = decided.decision
    sent: dict[str, Any] = {
        "transaction_id": decided.payment.transaction_id,
        "decision": decision.outcome.value,
        "score": decision.score,
        "reasons": [
            {"code": one.code, "text": one.text, "contribution": one.contribution}
            for one in decision.reasons
        ],
        "model_version": decision.model_version,
        "degraded": decided.degraded,
        "decided_at": decided.decided_at.astimezone(UTC).isoformat(timespec="microseconds"),
    }
    if features:
        row = decided.features
        sent["features"] = None if row is None else dict(zip(FEATURES, row.tolist(), strict=True))
    return sent


class Verdicts(BaseModel):
    """The decisions of a batch, in its order."""

    decisions: list[Verdict]


class Problem(BaseModel):
    """Every refusal has this form."""

    error: Literal[
        "unauthorized", "not_found", "method_not_allowed", "conflict", "too_large", "invalid",
        "unavailable", "internal",
    ]  # fmt: skip
    detail: str = Field(description="One line: what is wrong, and where.")
