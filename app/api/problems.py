"""Every refusal in one readable form: which kind, and one line of what is wrong where."""

from collections.abc import Mapping
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from app.api.bodies import Problem
from app.ports.decisions import Contradiction, LogAway
from app.ports.labels import UnknownPayments
from app.ports.models import NotAllowed, Unknown, Unusable

log = structlog.get_logger(__name__)

RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    401: {"model": Problem, "description": "X-API-Key is missing or wrong."},
    409: {"model": Problem, "description": "The id was decided before, of another payment."},
    413: {"model": Problem, "description": "The body is larger than 1 MiB."},
    422: {"model": Problem, "description": "A field is missing, unknown or out of its range."},
    503: {
        "model": Problem,
        "description": "Nothing was acknowledged; tell it again, under the same id.",
        "headers": {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}},
    },
}
"""For the OpenAPI document."""

_ERRORS: Final = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}
_REFUSALS: Final[dict[type[Exception], tuple[int, str]]] = {
    NotAllowed: (409, "conflict"),
    Unknown: (404, "not_found"),
    Unusable: (422, "invalid"),
}
"""What the registry says."""
_SHOWN = 40
"""Characters of a refused value that are told back."""


def answer_problems(app: FastAPI) -> None:
    """Give every error of the app its answer."""
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Contradiction, _conflict)
    app.add_exception_handler(UnknownPayments, _unknown)
    app.add_exception_handler(LogAway, _away)
    for refusal in _REFUSALS:
        app.add_exception_handler(refusal, _refused)
    app.add_exception_handler(Exception, _internal)


def problem(
    status: int, error: str, detail: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """The one form."""
    return JSONResponse({"error": error, "detail": detail}, status, headers)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 (tells mypy what we registered)
    return problem(422, "invalid", "; ".join(_line(wrong) for wrong in error.errors()[:5]))


def _line(wrong: Mapping[str, Any]) -> str:
    """`transactions.3.amount: input should be greater than 0, got -5`."""
    where = ".".join(map(str, wrong["loc"][1:])) or "body"
    what = wrong["msg"].removeprefix("Value error, ")
    line = f"{where}: {what[0].lower()}{what[1:]}"
    if wrong["type"] in {"missing", "json_invalid"} or isinstance(wrong["input"], dict | list):
        return line
    return f"{line}, got {str(wrong['input'])[:_SHOWN]!r}"


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 (likewise)
    kind = _ERRORS.get(error.status_code, "invalid")
    return problem(error.status_code, kind, error.detail, error.headers)


async def _conflict(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Contradiction)  # noqa: S101 (likewise)
    ids = ", ".join(str(payment.transaction_id) for payment in error.standing[:5])
    detail = f"transaction_id {ids}: recorded before, of another payment; nothing was recorded now"
    log.info("conflict", path=request.url.path, ids=ids)
    return problem(409, "conflict", detail)


async def _unknown(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, UnknownPayments)  # noqa: S101 (likewise)
    first, more = error.unknown[:5], len(error.unknown) - 5
    ids = ", ".join(map(str, first)) + (f" and {more} more" if more > 0 else "")
    detail = f"transaction_id {ids}: no such payment was recorded; no label was recorded now"
    body = {"error": "not_found", "detail": detail, "unknown": list(error.unknown)}
    return JSONResponse(body, 404)


async def _refused(request: Request, error: Exception) -> JSONResponse:
    log.info("refused", path=request.url.path, why=str(error))
    kind = next(one for one in _REFUSALS if isinstance(error, one))
    return problem(*_REFUSALS[kind], str(error))


async def _away(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, LogAway)  # noqa: S101 (likewise)
    headers = {"Retry-After": str(error.retry_seconds)}
    detail = f"nothing was acknowledged: {error}; tell it again under the same transaction_id"
    return problem(503, "unavailable", detail, headers)


async def _internal(_: Request, __: Exception) -> JSONResponse:
    return problem(500, "internal", "the service failed; its log has the reason")
