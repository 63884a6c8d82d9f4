"""Uvicorn's HTTP protocol, with a short way to the direct routes.

For a whole request to one of them neither a scope nor messages are made, and head and body of the
answer leave in one piece. Whatever is not the common case (a large body, one of no declared length,
a query, HTTP/1.0, a request before the last one was answered) takes uvicorn's own way.
"""

from http import HTTPStatus
from typing import Final, cast

import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from app.api.direct import Answer, Direct
from app.api.edge import Edge

log = structlog.get_logger(__name__)

_STATUS: Final = {
    status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus
}
_SMALL: Final = 1 << 16
"""Bytes of a body that are taken in before the key is looked at."""


class Flight:
    """A request on the short way, in the place of uvicorn's cycle."""

    def __init__(self, direct: Direct, path: str) -> None:
        self.direct = direct
        self.path = path
        self.body = bytearray()
        self.message_event = self
        self.more_body = True
        self.response_complete = False
        self.disconnected = False
        self.keep_alive = True

    def set(self) -> None:
        """Nobody waits for parts of it."""


class Lane(HttpToolsProtocol):
    """One connection."""

    def on_message_begin(self) -> None:
        """The scope is made when it is known to be needed."""
        self.url = b""
        self.expect_100_continue = False
        self.headers = []

    def on_headers_complete(self) -> None:
        """Choose the way."""
        direct = self._direct()
        if direct:
            flight = Flight(direct, self.url.decode("ascii"))
            self.cycle = cast("RequestResponseCycle", flight)
            return
        url, expect, headers = self.url, self.expect_100_continue, self.headers
        super().on_message_begin()
        self.url, self.expect_100_continue = url, expect
        self.headers += headers
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is whole."""
        super().on_message_complete()
        if isinstance(self.cycle, Flight):
            task = self.loop.create_task(self._fly(self.cycle, self.headers))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    def _direct(self) -> Direct | None:
        app, parser = self.app, self.parser
        if not isinstance(app, Edge) or parser.get_method() != b"POST":
            return None
        direct = app.directs.get(self.url.decode("latin-1"))
        if (
            direct is None
            or self.expect_100_continue
            or (self.cycle is not None and not self.cycle.response_complete)
            or not parser.should_keep_alive()
            or parser.get_http_version() != "1.1"
            or parser.should_upgrade()
        ):
            return None
        length = next((value for name, value in self.headers if name == b"content-length"), b"")
        return direct if length and int(length) <= _SMALL else None

    async def _fly(self, flight: Flight, headers: list[tuple[bytes, bytes]]) -> None:
        edge = cast("Edge", self.app)
        try:
            answer = await edge.answer(flight.direct, flight.path, headers, bytes(flight.body))
            if not flight.disconnected:
                self._write(flight, answer)
        except Exception:
            log.exception("a request was not answered", path=flight.path)
            flight.keep_alive = False
        flight.response_complete = True
        if not flight.keep_alive:
            self.transport.close()
        self.on_response_complete()

    def _write(self, flight: Flight, answer: Answer) -> None:
        parts = [_STATUS[answer.status]]
        for name, value in (*self.server_state.default_headers, *answer.headers):
            parts += (name, b": ", value, b"\r\n")
            if name == b"connection":
                flight.keep_alive = False
        if not flight.keep_alive and (b"connection", b"close") not in answer.headers:
            parts.append(b"connection: close\r\n")
        self.transport.write(b"".join((*parts, b"\r\n", answer.body)))
