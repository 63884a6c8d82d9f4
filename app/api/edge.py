"""What every request passes first.

Plain ASGI costs microseconds where a middleware class costs tens of them, and refuses before a body
is read.
"""

import hmac
import json
import re
from collections.abc import Callable, Iterable
from hashlib import sha256
from time import perf_counter
from typing import Final

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope, Send

from app.api.direct import BODY_BYTES, Directs
from app.telemetry import Telemetry

OPEN: Final = frozenset({"/healthz", "/readyz", "/metrics", "/openapi.json"})
"""Everything else needs the key, a route that is added tomorrow too."""

_IN_FLIGHT = 512
"""More at once than this wait for something that does not come: better to say so."""


class Lifecycle:
    """Whether the process is on its way out."""

    draining = False


class Edge:
    """The key, the size, the load, the time; and while draining, `Connection: close`."""

    def __init__(
        self,
        app: FastAPI,
        *,
        key: str,
        telemetry: Telemetry,
        lifecycle: Lifecycle,
        directs: Directs,
    ) -> None:
        self._app = app
        self._digest = sha256(key.encode()).digest()
        self._directs = directs
        self._lifecycle = lifecycle
        self._in_flight = 0
        self._clock = _Clock(telemetry, app)
        telemetry.in_flight.set_function(lambda: self._in_flight)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on and measure."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start, status = perf_counter(), 500
        self._in_flight += 1
        try:
            direct = self._directs.get(scope["path"]) if scope["method"] == "POST" else None
            body_bytes = direct.body_bytes if direct else BODY_BYTES
            closing = self._lifecycle.draining
            if refusal := self._refusal(scope, body_bytes):
                status = await _refuse(send, *refusal, closing=closing)
            elif direct:
                status = await direct(self._app, scope, receive, send, closing=closing)
            else:
                status = await self._through_app(scope, _bounded(receive), send)
        finally:
            self._in_flight -= 1
            self._clock.observe(scope["path"], status, perf_counter() - start)

    async def _through_app(self, scope: Scope, receive: Receive, send: Send) -> int:
        status = 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if self._lifecycle.draining:
                    message["headers"] = [*message["headers"], (b"connection", b"close")]
            await send(message)

        await self._app(scope, receive, answer)
        return status

    def _refusal(self, scope: Scope, body_bytes: int) -> tuple[int, str, str] | None:
        if scope["path"] in OPEN:
            return None
        headers = dict(scope["headers"])
        given = sha256(headers.get(b"x-api-key", b"")).digest()
        if not hmac.compare_digest(given, self._digest):
            return 401, "unauthorized", "X-API-Key is missing or wrong"
        if int(headers.get(b"content-length", 0)) > body_bytes:
            return 413, "too_large", f"a body has at most {body_bytes} bytes"
        if self._in_flight > _IN_FLIGHT:
            return 503, "unavailable", f"{_IN_FLIGHT} requests are in flight; try again"
        return None


class _Clock:
    """How long requests took, by the routes that the app describes."""

    def __init__(self, telemetry: Telemetry, app: FastAPI) -> None:
        self._requests = telemetry.requests
        self._patterns = [(re.compile(pattern(path)), path) for path in known(app)]
        self._observed: dict[tuple[str, int], Callable[[float], None]] = {}

    def observe(self, path: str, status: int, seconds: float) -> None:
        """Count a request. Only paths of ours are remembered: there are not many."""
        observe = self._observed.get((path, status))
        if observe is None:
            found = next((name for one, name in self._patterns if one.fullmatch(path)), "other")
            observe = self._requests.labels(found, status).observe
            if found == path:
                self._observed[path, status] = observe
        observe(seconds)


def known(app: FastAPI) -> Iterable[str]:
    """The paths of the routes, as the document has them."""
    return sorted(OPEN.union(app.openapi()["paths"]))


def pattern(path: str) -> str:
    """Of `/things/{id}`: what it stands for."""
    return "[^/]+".join(map(re.escape, re.split(r"\{[^}]*\}", path)))


def _bounded(receive: Receive) -> Receive:
    """A body without a declared length is counted as it comes."""
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > BODY_BYTES:
            raise HTTPException(413)
        return message

    return counted


async def _refuse(send: Send, status: int, error: str, detail: str, *, closing: bool) -> int:
    body = json.dumps({"error": error, "detail": detail}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    if status == 503:  # noqa: PLR2004 (a status speaks for itself)
        headers.append((b"retry-after", b"1"))
    if closing:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
    return status
