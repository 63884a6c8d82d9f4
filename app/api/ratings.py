"""Scoring of given features."""

from typing import Annotated, Any, Final

import numpy as np
from fastapi import Depends, Request
from pydantic import BaseModel, Field, FiniteFloat, field_validator
from starlette.datastructures import State

from app.api.bodies import Strict
from app.api.direct import Direct, Directs
from app.api.routes import documented
from app.domain.features import FEATURES
from app.domain.scoring import Outcome
from app.rating import Rating

ROWS: Final = 10_000
"""The most of one request."""

Row = Annotated[list[FiniteFloat], Field(min_length=len(FEATURES), max_length=len(FEATURES))]


class Given(Strict):
    """Rows of features, one for each payment."""

    features: list[str] = Field(
        description="The names of the columns: all that the service knows, in its order.",
        examples=[list(FEATURES)],
    )
    rows: list[Row] = Field(min_length=1, max_length=ROWS)

    @field_validator("features")
    @classmethod
    def _as_the_model_knows_them(cls, names: list[str]) -> list[str]:
        if tuple(names) != FEATURES:
            raise ValueError(f"must be {list(FEATURES)}, in this order")
        return names


class Rated(BaseModel):
    """What the model makes of the rows, in their order. Recorded nowhere, and without rules."""

    model_version: str
    scores: list[float] = Field(description="The probability of fraud, by the model.")
    decisions: list[Outcome]


router = documented("/v1", "scoring")


async def _rating(request: Request) -> Rating:
    return _at(request.app.state)


@router.post("/score/features", response_model=Rated)
async def score_features(given: Given, rating: Annotated[Rating, Depends(_rating)]) -> Any:
    """Score up to 10,000 rows of features, by the model alone.

    For what-if questions and for judging history: nothing is remembered or recorded, so telling it
    again is computed again. A decision that counts is asked for with its payment.
    """
    rated = await rating.rate(np.array(given.rows, np.float64))
    return {
        "model_version": rated.model_version,
        "scores": rated.scores.tolist(),
        "decisions": [one.value for one in rated.outcomes],
    }


def _at(state: State) -> Rating:
    rating: Rating = state.connected.rating
    return rating


DIRECT: Final[Directs] = {"/v1/score/features": Direct(score_features, _at, body_bytes=8 << 20)}
"""How the edge answers this."""
