"""What the analysts' routes work with."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from app.hindsight import Hindsight
from app.ports.archive import Archive
from app.ports.rules import Audit, ListBook, RuleBook
from app.trials import Trials


@dataclass(frozen=True, slots=True)
class Analysts:
    """Rules, lists, their audit, and what was decided."""

    rules: RuleBook
    lists: ListBook
    audit: Audit
    archive: Archive
    trials: Trials
    hindsight: Hindsight


async def _analysts(request: Request) -> Analysts:
    """Async, though it waits for nothing: a plain function would be sent to a thread."""
    analysts: Analysts = request.app.state.connected.analysts
    return analysts


Here = Annotated[Analysts, Depends(_analysts)]
