"""Who changed rules and lists, and what they were before and after."""

from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field

from app.api.analysts import Here
from app.api.bodies import Utc
from app.api.routes import documented

router = documented("/v1/audit", "audit", also=(404, 409))

_LAST = 2**63 - 1


class Line(BaseModel):
    """One change."""

    number: int
    at: Utc
    actor: str
    action: str = Field(examples=["draft", "test", "live", "forced live", "rollback", "list"])
    subject: str = Field(examples=["rules 3", "list stolen_cards: customer 7"])
    before: Any
    after: Any
    why: str


class Lines(BaseModel):
    """Changes, the newest first."""

    changes: list[Line]
    next: int | None = Field(description="Give this as `before` for the rest. None: that was all.")


@router.get("")
async def read_audit(
    here: Here,
    before: Annotated[int, Query(ge=1, le=_LAST)] = _LAST,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Lines:
    """What was changed, the newest first. No line is ever changed or removed."""
    found = await here.audit.changes(before, limit)
    last = found[-1].number if len(found) == limit else None
    return Lines(
        changes=[Line.model_validate(change, from_attributes=True) for change in found], next=last
    )
