"""What the analysts' routes work with."""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Depends, FastAPI, Request, Security
from fastapi.responses import JSONResponse
from fastapi.security import APIKeyHeader

from app.api.bodies import Problem
from app.api.problems import RESPONSES, problem
from app.hindsight import Hindsight
from app.ports.archive import Archive
from app.ports.rules import Audit, ListBook, Refused, RuleBook, Unknown
from app.trials import Busy, Trials


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

DOCUMENTED: Final[dict[str, Any]] = {
    "dependencies": [Security(APIKeyHeader(name="X-API-Key", auto_error=False))],
    "generate_unique_id_function": lambda route: route.name,
    "responses": {status: RESPONSES[status] for status in (401, 413, 422, 503)}
    | {
        404: {"model": Problem, "description": "There is no such thing."},
        409: {"model": Problem, "description": "It contradicts what stands; the line says how."},
    },
}
"""What all of their routers have."""


def answer_analysts(app: FastAPI) -> None:
    """Their refusals, in the one form."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(Unknown, _unknown)
    app.add_exception_handler(Busy, _busy)


async def _refused(_: Request, error: Exception) -> JSONResponse:
    return problem(409, "conflict", str(error))


async def _unknown(_: Request, error: Exception) -> JSONResponse:
    return problem(404, "not_found", str(error))


async def _busy(_: Request, __: Exception) -> JSONResponse:
    detail = "a test is running here already; try again when it has ended"
    return problem(503, "unavailable", detail, {"Retry-After": "10"})
