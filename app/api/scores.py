"""Scoring."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, Final

from fastapi import Body, Depends, Query, Request
from pydantic import BaseModel, Field
from starlette.datastructures import State

from app.api.bodies import Batch, Payment, Problem, Verdict, Verdicts, verdict
from app.api.direct import Direct, Directs
from app.api.routes import documented
from app.domain.transactions import Transaction
from app.ports.decisions import Decided
from app.telemetry import Telemetry

router = documented(
    "/v1",
    "scoring",
    own={
        409: {
            "model": Problem,
            "description": "The id was decided before, of another payment.",
        }
    },
)

Score = Callable[[Sequence[Transaction]], Awaitable[Sequence[Decided]]]


class Desk:
    """Scores what a request brings, and counts what was decided."""

    def __init__(self, score: Score, telemetry: Telemetry) -> None:
        self._score = score
        self._telemetry = telemetry
        self._counters: dict[tuple[str, bool], Callable[[], None]] = {}

    async def score(self, payments: list[Transaction], *, features: bool) -> list[dict[str, Any]]:
        """The decisions, in order, once they are recorded: each a `Verdict`."""
        decided = await self._score(payments)
        for one in decided:
            self._count(one)
        return [verdict(one, features=features) for one in decided]

    def _count(self, one: Decided) -> None:
        kind = one.decision.outcome.value, one.degraded
        count = self._counters.get(kind)
        if count is None:
            labels = kind[0], "yes" if one.degraded else "no"
            count = self._counters[kind] = self._telemetry.decisions.labels(*labels).inc
        count()


async def _desk(request: Request) -> Desk:
    """Async, though it waits for nothing: a plain function would be sent to a thread."""
    return _at(request.app.state)


AtDesk = Annotated[Desk, Depends(_desk)]


class Asked(BaseModel):
    """What an answer should tell beside the decision."""

    features: bool = Field(default=False, description="Tell what it was decided by, too.")


@router.post("/score", response_model=Verdict, response_model_exclude_unset=True)
async def score(payment: Payment, desk: AtDesk, asked: Annotated[Asked, Query()]) -> Any:
    """Decide one payment."""
    return (await desk.score([payment.transaction()], features=asked.features))[0]


@router.post("/score/batch", response_model=Verdicts, response_model_exclude_unset=True)
async def score_batch(
    batch: Annotated[Batch, Body()], desk: AtDesk, asked: Annotated[Asked, Query()]
) -> Any:
    """Decide up to 1000 payments in their order: all of them, or none."""
    payments = [payment.transaction() for payment in batch.transactions]
    return {"decisions": await desk.score(payments, features=asked.features)}


def _at(state: State) -> Desk:
    desk: Desk = state.desk
    return desk


DIRECT: Final[Directs] = {
    "/v1/score": Direct(score, _at),
    "/v1/score/batch": Direct(score_batch, _at),
}
"""How the edge answers these."""
