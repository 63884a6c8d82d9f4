"""What was decided, to be looked at and exported."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from time import monotonic
from typing import Annotated, Final, Literal

from fastapi import HTTPException, Path, Query
from fastapi.responses import Response, StreamingResponse

from app.api.analysts import Here
from app.api.bodies import Moment
from app.api.decision_bodies import (
    HEADER,
    Export,
    Looked,
    Recomputed,
    Recorded,
    cells,
    cursor,
    place_of,
)
from app.api.routes import documented
from app.api.spreadsheet import lines
from app.domain.scoring import Outcome
from app.ports.archive import Archive, Excerpt, Place

router = documented("/v1/decisions", "decisions", also=(404, 409))

_CURSOR: Final = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z_\d{1,18}$"
_START: Final = datetime(2000, 1, 1, tzinfo=UTC)
_PAGE: Final = 200
"""Decisions at once, a few milliseconds: payments are decided beside it."""
_SECONDS: Final = 1
"""A page of rare decisions may be empty though more follow: so long it is looked for further on."""


@router.get("/{transaction_id}")
async def read_decision(
    transaction_id: Annotated[int, Path(ge=0, le=2**63 - 1)],
    here: Here,
    *,
    explain: Annotated[bool, Query(description="Say why today's model scores it so.")] = False,
) -> Looked:
    """One decision with its payment and reasons."""
    found = await here.archive.find(transaction_id)
    if found is None:
        raise HTTPException(404, f"there is no decision of a payment {transaction_id}")
    looked = Looked(**Recorded.of(found).model_dump())
    if explain:
        explained = await here.hindsight.explain(found.decided.payment)
        looked.recomputed = Recomputed.of(explained)
    return looked


@router.get(
    "",
    response_model=Export,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def export_decisions(
    here: Here,
    *,
    since: Annotated[Moment, Query(description="Recorded from then on.")] = _START,
    until: Annotated[Moment | None, Query(description="Recorded before; by default now.")] = None,
    decision: Annotated[list[Outcome] | None, Query(description="By default all.")] = None,
    after: Annotated[str | None, Query(pattern=_CURSOR)] = None,
    limit: Annotated[int, Query(ge=1, le=_PAGE, description="Of one JSON page.")] = 100,
    format: Literal["json", "csv"] = "json",  # noqa: A002 (what clients write)
) -> Response | Export:
    """Decisions in the order of their recording: a page as JSON, or all of them as CSV."""
    asked = _Asked(
        here.archive,
        until or datetime.now(UTC),
        decision or list(Outcome),
        limit if format == "json" else _PAGE,
    )
    start = place_of(after) if after else Place(since, -1)
    page = await asked.page(start)
    if format == "json":
        last = cursor(page.next) if page.next else None
        return Export(decisions=[Recorded.of(one) for one in page.decisions], next=last)
    headers = {"Content-Disposition": "attachment; filename=decisions.csv"}
    return StreamingResponse(asked.csv(page), media_type="text/csv", headers=headers)


class _Asked:
    """An export."""

    def __init__(
        self, archive: Archive, until: datetime, outcomes: list[Outcome], limit: int
    ) -> None:
        self._archive = archive
        self._until = until
        self._outcomes = outcomes
        self._limit = limit

    async def page(self, after: Place) -> Excerpt:
        """The next decisions; none, though more follow, only after some time."""
        end = monotonic() + _SECONDS
        while True:
            found = await self._archive.page(after, self._until, self._outcomes, self._limit)
            if found.decisions or found.next is None or monotonic() > end:
                return found
            after = found.next

    async def csv(self, page: Excerpt) -> AsyncIterator[str]:
        """All pages from this one on, and a rest after each as long as it took.

        A failure cuts the answer off, which clients notice.
        """
        yield lines([HEADER])
        while True:
            began = monotonic()
            yield lines(map(cells, page.decisions))
            if page.next is None:
                return
            page = await self.page(page.next)
            await asyncio.sleep(monotonic() - began)
