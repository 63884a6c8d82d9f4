"""Scoring."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Request, Security
from fastapi.security import APIKeyHeader

from app.api.bodies import Batch, Payment, Verdict, Verdicts
from app.api.problems import RESPONSES
from app.domain.transactions import Transaction
from app.ports.decisions import Decided
from app.scoring import Scoring
from app.telemetry import Telemetry

_documented_key = Security(APIKeyHeader(name="X-API-Key", auto_error=False))
"""For the OpenAPI document: the edge holds the door."""

router = APIRouter(
    prefix="/v1",
    tags=["scoring"],
    responses=RESPONSES,
    dependencies=[_documented_key],
    generate_unique_id_function=lambda route: route.name,
)


class Desk:
    """Scores what a request brings, and counts what was decided."""

    def __init__(self, scoring: Scoring, telemetry: Telemetry) -> None:
        self._scoring = scoring
        self._telemetry = telemetry

    async def score(self, payments: list[Transaction]) -> list[Verdict]:
        """The decisions, in order, once they are recorded."""
        decided = await self._scoring.score(payments)
        for one in decided:
            self._count(one)
        return [Verdict.of(one) for one in decided]

    def _count(self, one: Decided) -> None:
        degraded = "yes" if one.degraded else "no"
        self._telemetry.decisions.labels(one.decision.outcome, degraded).inc()


async def _desk(request: Request) -> Desk:
    """Async, though it waits for nothing: a plain function would be sent to a thread."""
    return Desk(request.app.state.connected.scoring, request.app.state.telemetry)


AtDesk = Annotated[Desk, Depends(_desk)]


@router.post("/score")
async def score(payment: Payment, desk: AtDesk) -> Verdict:
    """Decide one payment."""
    return (await desk.score([payment.transaction()]))[0]


@router.post("/score/batch")
async def score_batch(batch: Annotated[Batch, Body()], desk: AtDesk) -> Verdicts:
    """Decide up to 1000 payments in their order: all of them, or none."""
    payments = [payment.transaction() for payment in batch.transactions]
    return Verdicts.model_construct(decisions=await desk.score(payments))
