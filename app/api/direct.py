"""Routes that answer without FastAPI's machinery, which only describes them.

FastAPI takes half of a request's time to resolve what never changes. A direct route calls the same
function with the same models: its first parameter is the body, its second who does the work, its
third, if any, what the query asks for. What the function returns is sent as JSON.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, NamedTuple, get_type_hints
from urllib.parse import parse_qsl

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import to_json
from starlette.datastructures import State

from app.api.problems import answer

Endpoint = Callable[..., Awaitable[Any]]

BODY_BYTES: Final = 1 << 20
_JSON: Final = (b"content-type", b"application/json")
_CLOSE: Final = (b"connection", b"close")


class Answer(NamedTuple):
    """What is sent."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes

    def closing(self) -> "Answer":
        """The last one on its connection."""
        return self._replace(headers=[*self.headers, _CLOSE])


class Direct:
    """One route: a POST with a JSON body."""

    def __init__(
        self, endpoint: Endpoint, worker: Callable[[State], Any], *, body_bytes: int = BODY_BYTES
    ) -> None:
        """`endpoint(body, worker[, query])`, annotated with its models."""
        hints = get_type_hints(endpoint)
        hints.pop("return", None)
        body, _, *query = hints.values()
        self.body_bytes = body_bytes
        self._endpoint = endpoint
        self._validate = TypeAdapter(body).validator.validate_json
        self._worker = worker
        self._query: type[BaseModel] | None = query[0] if query else None
        self._nothing_asked = [kind() for kind in query]

    async def answer(self, app: FastAPI, path: str, query: bytes, raw: bytes) -> Answer:
        """Whatever happens, an answer."""
        try:
            told = self._body(raw)
            asked = self._asked(query) if query else self._nothing_asked
            body = to_json(await self._endpoint(told, self._worker(app.state), *asked))
        except Exception as error:  # noqa: BLE001 (each kind has its answer)
            response = answer(path, error)
            return Answer(response.status_code, response.raw_headers, bytes(response.body))
        return Answer(200, [_JSON, (b"content-length", b"%d" % len(body))], body)

    def _body(self, raw: bytes) -> Any:
        try:
            return self._validate(raw)
        except ValidationError as error:
            raise _refused("body", error) from None

    def _asked(self, raw: bytes) -> list[BaseModel]:
        if self._query is None:
            return []
        try:
            return [self._query.model_validate(dict(parse_qsl(raw.decode("latin-1"))))]
        except ValidationError as error:
            raise _refused("query", error) from None


Directs = Mapping[str, Direct]
"""By their paths."""


def _refused(where: str, error: ValidationError) -> RequestValidationError:
    wrong = error.errors(include_url=False, include_context=False)
    return RequestValidationError([{**one, "loc": (where, *one["loc"])} for one in wrong])
