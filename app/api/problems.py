"""Every refusal in one readable form: which kind, and one line of what is wrong where."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from app.line import Busy
from app.ports.decisions import Contradiction, LogAway
from app.ports.labels import UnknownPayments
from app.ports.models import Unusable
from app.ports.refusals import Refused, Unknown
from app.trials import Occupied

log = structlog.get_logger(__name__)

NOTHING: Final = "nothing was acknowledged"
AGAIN: Final = "tell it again under the same transaction_id"

_ERRORS: Final = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}
_REFUSALS: Final[dict[type[Exception], tuple[int, str]]] = {
    Refused: (409, "conflict"),
    Unknown: (404, "not_found"),
    Unusable: (422, "invalid"),
}
"""What stands, or does not, says so itself."""
_SHOWN = 40
"""Characters of a refused value that are told back."""


def answer_problems(app: FastAPI) -> None:
    """Give every error of the app its answer."""

    async def handle(request: Request, error: Exception) -> JSONResponse:
        return _answer(request.url.path, error) or _internal()

    for kind in (*_ANSWERS, *_REFUSALS, Exception):
        app.add_exception_handler(kind, handle)


def answer(path: str, error: Exception) -> JSONResponse:
    """The answer to an error at a path. What nobody foresaw goes into the log."""
    foreseen = _answer(path, error)
    if foreseen is None:
        log.error("a request failed", path=path, exc_info=error)
    return foreseen or _internal()


def _answer(path: str, error: Exception) -> JSONResponse | None:
    for kind, respond in _ANSWERS.items():
        if isinstance(error, kind):
            return respond(path, error)
    for refusal, (status, name) in _REFUSALS.items():
        if isinstance(error, refusal):
            log.info("refused", path=path, why=str(error))
            return problem(status, name, str(error))
    return None


def problem(
    status: int, error: str, detail: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """The one form."""
    return JSONResponse({"error": error, "detail": detail}, status, headers)


def _invalid(_: str, error: RequestValidationError) -> JSONResponse:
    return problem(422, "invalid", "; ".join(_line(wrong) for wrong in error.errors()[:5]))


def _line(wrong: Mapping[str, Any]) -> str:
    """`transactions.3.amount: input should be greater than 0, got -5`."""
    where = ".".join(map(str, wrong["loc"][1:])) or "body"
    what = wrong["msg"].removeprefix("Value error, ")
    line = f"{where}: {what[0].lower()}{what[1:]}"
    if wrong["type"] in {"missing", "json_invalid"} or isinstance(wrong["input"], dict | list):
        return line
    return f"{line}, got {str(wrong['input'])[:_SHOWN]!r}"


def _http(_: str, error: HTTPException) -> JSONResponse:
    kind = _ERRORS.get(error.status_code, "invalid")
    return problem(error.status_code, kind, error.detail, error.headers)


def _conflict(path: str, error: Contradiction) -> JSONResponse:
    ids = ", ".join(str(payment.transaction_id) for payment in error.standing[:5])
    detail = f"transaction_id {ids}: recorded before, of another payment; nothing was recorded now"
    log.info("conflict", path=path, ids=ids)
    return problem(409, "conflict", detail)


def _unknown(_: str, error: UnknownPayments) -> JSONResponse:
    first, more = error.unknown[:5], len(error.unknown) - 5
    ids = ", ".join(map(str, first)) + (f" and {more} more" if more > 0 else "")
    detail = f"transaction_id {ids}: no such payment was recorded; no label was recorded now"
    body = {"error": "not_found", "detail": detail, "unknown": list(error.unknown)}
    return JSONResponse(body, 404)


def _away(_: str, error: LogAway | Busy) -> JSONResponse:
    headers = {"Retry-After": str(error.retry_seconds)}
    detail = f"{NOTHING}: {error}; {AGAIN}"
    return problem(503, "unavailable", detail, headers)


def _occupied(_: str, error: Occupied) -> JSONResponse:
    headers = {"Retry-After": str(error.retry_seconds)}
    detail = "a test is running here already; try again when it has ended"
    return problem(503, "unavailable", detail, headers)


def _internal() -> JSONResponse:
    return problem(500, "internal", "the service failed; its log has the reason")


_ANSWERS: Final[dict[type[Exception], Callable[[str, Any], JSONResponse]]] = {
    RequestValidationError: _invalid,
    HTTPException: _http,
    Contradiction: _conflict,
    UnknownPayments: _unknown,
    LogAway: _away,
    Busy: _away,
    Occupied: _occupied,
}
