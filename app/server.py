"""The HTTP server and its orderly end."""

import asyncio
import gc
import signal
import socket
from types import FrameType

import structlog
import uvicorn

from app import wiring
from app.api.app import guarded
from app.api.edge import Lifecycle
from app.api.lane import Lane
from app.settings import ApiSettings

log = structlog.get_logger(__name__)

_LINGER_SECONDS = 0.5
_GRACE_SECONDS = 10
"""For what is in flight once the listener is closed: longer than any request takes."""


class Server(uvicorn.Server):
    """Told to stop, it first says that it is not ready, and goes on answering for a while.

    Routers need that while to notice. Its answers carry `Connection: close` from then on, so no
    client has a request on its way when the last connection is closed.
    """

    def __init__(
        self, config: uvicorn.Config, lifecycle: Lifecycle, *, drain_seconds: float
    ) -> None:
        super().__init__(config)
        self._lifecycle = lifecycle
        self._drain_seconds = drain_seconds

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first SIGTERM drains; anything more stops at once."""
        if sig != signal.SIGTERM or self._lifecycle.draining:
            super().handle_exit(sig, frame)
            return
        self._lifecycle.draining = True
        log.info("draining", seconds=self._drain_seconds)
        stop = super().handle_exit
        loop = self._loop
        loop.call_soon_threadsafe(loop.call_later, self._drain_seconds, stop, sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Who was accepted last has a request on the way: it is waited for."""
        for server in self.servers:
            server.close()
        await asyncio.sleep(_LINGER_SECONDS)
        await super().shutdown(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """What was loaded by now stays: the collector need not look at it again and again."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        gc.collect()
        gc.freeze()


def run(settings: ApiSettings) -> None:
    """Serve until told to stop."""
    lifecycle = Lifecycle()
    app = guarded(wiring.api(settings, lifecycle), settings.api_key.get_secret_value())
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=Lane,
        proxy_headers=False,  # nobody is treated by his address
        lifespan="on",
        access_log=False,  # the metrics have it, at a tenth of the cost
        log_config=None,
        server_header=False,
        timeout_keep_alive=75,  # longer than the common clients and proxies wait
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    Server(config, lifecycle, drain_seconds=settings.drain_seconds).run()
