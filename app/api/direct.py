"""Routes that answer without FastAPI's machinery, which only describes them.

FastAPI takes half of a request's time to resolve what never changes. A direct route calls the same
function with the same models: its first parameter is the body, the second is where it works, the
third holds what the query asks for. What the function returns is sent as JSON.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, get_type_hints
from urllib.parse import parse_qsl

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from app.api.problems import answer

Endpoint = Callable[..., Awaitable[Any]]

BODY_BYTES: Final = 1 << 20
_JSON: Final = (b"content-type", b"application/json")
_CLOSE: Final = (b"connection", b"close")


class Direct:
    """One route: a POST with a JSON body."""

    def __init__(self, endpoint: Endpoint, *, body_bytes: int = BODY_BYTES) -> None:
        """`endpoint(body, place, query)`, annotated with its models."""
        body, _, query, *_ = get_type_hints(endpoint).values()
        self.body_bytes = body_bytes
        self._endpoint = endpoint
        self._validate = TypeAdapter(body).validator.validate_json
        self._query: type[BaseModel] = query
        self._nothing_asked: BaseModel = query()

    async def __call__(
        self, app: FastAPI, scope: Scope, receive: Receive, send: Send, *, closing: bool
    ) -> int:
        """Answer, and tell the status."""
        try:
            told = self._body(await _read(receive, self.body_bytes))
            asked = self._asked(scope["query_string"]) if scope["query_string"] else None
            result = await self._endpoint(told, app.state.desk, asked or self._nothing_asked)
        except Exception as error:  # noqa: BLE001 (each kind has its answer)
            response = answer(scope["path"], error)
            status, body, headers = response.status_code, response.body, response.raw_headers
        else:
            status, body = 200, to_json(result)
            headers = [_JSON, (b"content-length", b"%d" % len(body))]
        if closing:
            headers = [*headers, _CLOSE]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        return status

    def _body(self, raw: bytes) -> Any:
        try:
            return self._validate(raw)
        except ValidationError as error:
            raise _refused("body", error) from None

    def _asked(self, raw: bytes) -> BaseModel:
        try:
            return self._query.model_validate(dict(parse_qsl(raw.decode("latin-1"))))
        except ValidationError as error:
            raise _refused("query", error) from None


Directs = Mapping[str, Direct]
"""By their paths."""


async def _read(receive: Receive, most: int) -> bytes:
    """The body. One without a declared length is counted as it comes."""
    message = await receive()
    body: bytes = message.get("body", b"")
    if message.get("more_body"):
        parts, size = [body], len(body)
        while message.get("more_body"):
            message = await receive()
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > most:
                raise HTTPException(413)
        body = b"".join(parts)
    if len(body) > most:
        raise HTTPException(413)
    return body


def _refused(where: str, error: ValidationError) -> RequestValidationError:
    wrong = error.errors(include_url=False, include_context=False)
    return RequestValidationError([{**one, "loc": (where, *one["loc"])} for one in wrong])
