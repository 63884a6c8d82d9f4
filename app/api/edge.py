"""What every request passes first.

Plain ASGI costs microseconds where a middleware class costs tens of them, and refuses before a body
is read.
"""

import hmac
import json
from hashlib import sha256
from time import perf_counter
from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.telemetry import Telemetry

OPEN: Final = frozenset({"/healthz", "/readyz", "/metrics", "/openapi.json"})
"""Everything else needs the key, a route that is added tomorrow too."""
SCORE, SCORE_BATCH = "/v1/score", "/v1/score/batch"
KNOWN: Final = OPEN | {SCORE, SCORE_BATCH}

_BODY_BYTES = 1 << 20
_IN_FLIGHT = 512
"""More at once than this wait for something that does not come: better to say so."""


class Lifecycle:
    """Whether the process is on its way out."""

    draining = False


class Edge:
    """The key, the size, the load, the time; and while draining, `Connection: close`."""

    def __init__(
        self, app: ASGIApp, *, key: str, telemetry: Telemetry, lifecycle: Lifecycle
    ) -> None:
        self._app = app
        self._digest = sha256(key.encode()).digest()
        self._telemetry = telemetry
        self._lifecycle = lifecycle
        self._in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on and measure."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start, status = perf_counter(), 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if self._lifecycle.draining:
                    message["headers"] = [*message["headers"], (b"connection", b"close")]
            await send(message)

        self._in_flight += 1
        self._telemetry.in_flight.set(self._in_flight)
        try:
            refusal = self._refusal(scope)
            if refusal:
                await _refuse(answer, *refusal)
            else:
                await self._app(scope, _bounded(receive), answer)
        finally:
            self._in_flight -= 1
            self._telemetry.in_flight.set(self._in_flight)
            path = scope["path"] if scope["path"] in KNOWN else "other"
            self._telemetry.requests.labels(path, status or 500).observe(perf_counter() - start)

    def _refusal(self, scope: Scope) -> tuple[int, str, str] | None:
        if scope["path"] in OPEN:
            return None
        headers = dict(scope["headers"])
        given = sha256(headers.get(b"x-api-key", b"")).digest()
        if not hmac.compare_digest(given, self._digest):
            return 401, "unauthorized", "X-API-Key is missing or wrong"
        if int(headers.get(b"content-length", 0)) > _BODY_BYTES:
            return 413, "too_large", f"a body has at most {_BODY_BYTES} bytes"
        if self._in_flight > _IN_FLIGHT:
            return 503, "unavailable", f"{_IN_FLIGHT} requests are in flight; try again"
        return None


def _bounded(receive: Receive) -> Receive:
    """A body without a declared length is counted as it comes."""
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > _BODY_BYTES:
            raise HTTPException(413)
        return message

    return counted


async def _refuse(send: Send, status: int, error: str, detail: str) -> None:
    body = json.dumps({"error": error, "detail": detail}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    if status == 503:  # noqa: PLR2004 (a status speaks for itself)
        headers.append((b"retry-after", b"1"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
