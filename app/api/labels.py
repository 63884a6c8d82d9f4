"""Feedback: what became of payments."""

from collections import Counter
from typing import Annotated

from fastapi import Depends, Request
from pydantic import BaseModel, Field, field_validator

from app.api.bodies import BATCH, Id, Problem, Strict, Utc
from app.api.routes import documented
from app.labels import Labelling
from app.ports.labels import Label, Told
from app.telemetry import Telemetry


class Feedback(Strict):
    """What became of one payment."""

    transaction_id: Id = Field(description="Of a payment that was scored.")
    fraud: bool = Field(strict=True)


class Feedbacks(Strict):
    """Labels, at most one of each payment. A later request may change what an earlier one said."""

    labels: list[Feedback] = Field(min_length=1, max_length=BATCH)
    source: str = Field(
        default="client",
        pattern=r"^[a-z][a-z0-9_.-]{0,31}$",
        description="Who or what says so, like `chargeback`. Kept beside each change.",
    )

    @field_validator("labels")
    @classmethod
    def _once_each(cls, labels: list[Feedback]) -> list[Feedback]:
        ids = Counter(label.transaction_id for label in labels)
        if len(ids) < len(labels):
            raise ValueError(f"transaction_id {ids.most_common(1)[0][0]} is there twice")
        return labels

    model_config = Strict.model_config | {
        "json_schema_extra": {
            "examples": [
                {
                    "labels": [{"transaction_id": 1236698, "fraud": True}],
                    "source": "chargeback",
                }
            ]
        }
    }


class Standing(BaseModel):
    """A label as it is recorded, on two instances before it is sent."""

    transaction_id: int
    fraud: bool
    source: str = Field(description="Who said so first.")
    told_at: Utc = Field(description="When this was said first, since it was last different.")


class Standings(BaseModel):
    """The labels of a request, in its order. Told again they are answered alike."""

    labels: list[Standing]


class UnknownProblem(Problem):
    """Some payments were never scored; no label of the request was recorded."""

    unknown: list[int] = Field(description="All of their ids, ascending.")


router = documented(
    "/v1",
    "labels",
    own={
        404: {"model": UnknownProblem, "description": "Nothing was recorded: who is unknown."},
    },
)


async def _labelling(request: Request) -> Labelling:
    labelling: Labelling = request.app.state.connected.labelling
    return labelling


async def _telemetry(request: Request) -> Telemetry:
    telemetry: Telemetry = request.app.state.telemetry
    return telemetry


@router.post("/labels")
async def tell_labels(
    feedbacks: Feedbacks,
    labelling: Annotated[Labelling, Depends(_labelling)],
    telemetry: Annotated[Telemetry, Depends(_telemetry)],
) -> Standings:
    """Tell of up to 1000 payments whether they were frauds: all of them, or none."""
    labels = [Label(one.transaction_id, one.fraud) for one in feedbacks.labels]
    told = await labelling.tell(labels, feedbacks.source)
    for one in told:
        _count(one, telemetry)
    return Standings.model_construct(labels=[_standing(one) for one in told])


def _count(told: Told, telemetry: Telemetry) -> None:
    changed, fraud = "yes" if told.changed else "no", "yes" if told.label.fraud else "no"
    telemetry.labels.labels(fraud, changed).inc()
    if told.changed:
        telemetry.label_delay.observe(told.delay_seconds)


def _standing(told: Told) -> Standing:
    return Standing.model_construct(
        transaction_id=told.label.transaction_id,
        fraud=told.label.fraud,
        source=told.source,
        told_at=told.told_at,
    )
