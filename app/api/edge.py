"""What every request passes first.

Plain ASGI costs microseconds where a middleware class costs tens of them, and refuses before a body
is read.
"""

import hmac
import json
from collections.abc import Iterable
from hashlib import sha256
from time import perf_counter
from typing import Final

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope, Send

from app.api.direct import BODY_BYTES, Answer, Direct, Directs
from app.api.problems import AGAIN, NOTHING
from app.api.timing import Timing
from app.ports.lease import Elsewhere, Lease
from app.telemetry import Telemetry

OPEN: Final = frozenset({"/healthz", "/readyz", "/leadz", "/metrics", "/openapi.json"})
"""Everything else needs the key, a route that is added tomorrow too."""

_READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""An answer to anything else acknowledges something."""
_ACKNOWLEDGING: Final = range(200, 300)

Headers = Iterable[tuple[bytes, bytes]]
"""Names in lower case."""


class Lifecycle:
    """Whether the process is on its way out."""

    draining = False


class Edge:
    """The key, the size, the load, the time; at the end the lease, without which nothing counts.

    While draining, every answer carries `Connection: close`.
    """

    def __init__(
        self,
        app: FastAPI,
        *,
        key: str,
        telemetry: Telemetry,
        lifecycle: Lifecycle,
        directs: Directs,
        lease: Lease,
        most: int,
    ) -> None:
        """More than `most` at once wait for something that does not come: better to say so."""
        self._app = app
        self._digest = sha256(key.encode()).digest()
        self.directs = directs
        self._lifecycle = lifecycle
        self._lease = lease
        self.most = most
        self._in_flight = 0
        self._timing = Timing(telemetry, known(app))
        telemetry.in_flight.set_function(lambda: self._in_flight)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on and measure."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path, start, status = scope["path"], perf_counter(), 500
        direct = self.directs.get(path) if scope["method"] == "POST" else None
        limit = direct.body_bytes if direct else BODY_BYTES
        self._in_flight += 1
        try:
            refusal = self._refusal(path, scope["headers"], limit)
            if refusal:
                status = await _send(send, self._last(refusal))
            elif direct:
                status = await self._directly(direct, scope, receive, send)
            else:
                status = await self._through_app(scope, _bounded(receive, limit), send)
        finally:
            self._in_flight -= 1
            self._timing.observe(path, status, perf_counter() - start)

    async def answer(self, direct: Direct, path: str, headers: Headers, raw: bytes) -> Answer:
        """The same for a whole request to a direct route, without ASGI in between."""
        start, status = perf_counter(), 500
        self._in_flight += 1
        try:
            answer = self._refusal(path, headers, direct.body_bytes) or self._counting(
                await direct.answer(self._app, path, b"", raw)
            )
            status = answer.status
            return self._last(answer)
        finally:
            self._in_flight -= 1
            self._timing.observe(path, status, perf_counter() - start)

    def _counting(self, answer: Answer) -> Answer:
        """The answer to what is no mere question, unless another region may answer by now."""
        if answer.status in _ACKNOWLEDGING and not self._lease.held:
            return _deposed()
        return answer

    def _last(self, answer: Answer) -> Answer:
        return answer.closing() if self._lifecycle.draining else answer

    async def _directly(self, direct: Direct, scope: Scope, receive: Receive, send: Send) -> int:
        try:
            raw = await _read(_bounded(receive, direct.body_bytes))
        except HTTPException:
            return await _send(send, self._last(_too_large(direct.body_bytes)))
        answer = await direct.answer(self._app, scope["path"], scope["query_string"], raw)
        return await _send(send, self._last(self._counting(answer)))

    async def _through_app(self, scope: Scope, receive: Receive, send: Send) -> int:
        status, withheld = 500, False
        acknowledges = scope["method"] not in _READS

        async def answer(message: Message) -> None:
            nonlocal status, withheld
            if withheld:
                return
            if message["type"] == "http.response.start":
                status = message["status"]
                if acknowledges and status in _ACKNOWLEDGING and not self._lease.held:
                    withheld = True
                    status = await _send(send, self._last(_deposed()))
                    return
                if self._lifecycle.draining:
                    message["headers"] = [*message["headers"], (b"connection", b"close")]
            await send(message)

        await self._app(scope, receive, answer)
        return status

    def _refusal(self, path: str, headers: Headers, body_bytes: int) -> Answer | None:
        if path in OPEN:
            return None
        told = dict(headers)
        given = sha256(told.get(b"x-api-key", b"")).digest()
        if not hmac.compare_digest(given, self._digest):
            return _refused(401, "unauthorized", "X-API-Key is missing or wrong")
        if int(told.get(b"content-length", 0)) > body_bytes:
            return _too_large(body_bytes)
        if self._in_flight > self.most:
            why = f"{self.most} requests are in flight; try again"
            return _refused(503, "unavailable", why, (b"retry-after", b"1"))
        return None


def known(app: FastAPI) -> list[str]:
    """The paths of the routes, as the document has them."""
    return sorted(OPEN.union(app.openapi()["paths"]))


def _bounded(receive: Receive, most: int) -> Receive:
    """A body without a declared length is counted as it comes."""
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > most:
            raise HTTPException(413)
        return message

    return counted


async def _read(receive: Receive) -> bytes:
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def _too_large(most: int) -> Answer:
    return _refused(413, "too_large", f"a body has at most {most} bytes")


def _deposed() -> Answer:
    error = Elsewhere()
    retry = (b"retry-after", b"%d" % error.retry_seconds)
    detail = f"{NOTHING}: {error}; {AGAIN}"
    return _refused(503, "unavailable", detail, retry)


def _refused(status: int, error: str, detail: str, *more: tuple[bytes, bytes]) -> Answer:
    body = json.dumps({"error": error, "detail": detail}).encode()
    length = (b"content-length", b"%d" % len(body))
    return Answer(status, [(b"content-type", b"application/json"), length, *more], body)


async def _send(send: Send, answer: Answer) -> int:
    start = {"status": answer.status, "headers": answer.headers}
    await send({"type": "http.response.start", **start})
    await send({"type": "http.response.body", "body": answer.body})
    return answer.status
