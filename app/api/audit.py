"""Who changed rules and lists, and what they were before and after."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from app.api.analysts import DOCUMENTED, Here
from app.api.bodies import Utc
from app.ports.rules import Change

router = APIRouter(prefix="/v1/audit", tags=["audit"], **DOCUMENTED)

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

    @classmethod
    def of(cls, change: Change) -> "Line":
        """The answer for a change."""
        return cls(
            number=change.number,
            at=change.at,
            actor=change.actor,
            action=change.action,
            subject=change.subject,
            before=change.before,
            after=change.after,
            why=change.why,
        )


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
    return Lines(changes=[Line.of(change) for change in found], next=last)
