"""Looks that a process takes again and again, beside its requests."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

import structlog

from app.ports.decisions import LogAway

log = structlog.get_logger(__name__)

FIRST_LOOK: Final = 2.0
"""Seconds that a starting process waits for what it needs to know first, at most."""


@dataclass(slots=True)
class Watch:
    """One look after the other. A failed one is reported, and the next one comes all the same."""

    look: Callable[[], Awaitable[None]]
    pause: Callable[[], Awaitable[object]]
    """Between two looks."""
    failed: str
    """What the log says of a look that failed."""
    _looked: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def running(self, *, first_look: float = 0) -> AsyncIterator[None]:
        """In the background. The first look is waited for so many seconds at most."""
        task = asyncio.create_task(self._run())
        try:
            if first_look:
                with suppress(TimeoutError):
                    async with asyncio.timeout(first_look):
                        await self._looked.wait()
            yield
        finally:
            while not task.done():  # a client on its way may take a cancellation for a timeout
                task.cancel()
                await asyncio.wait([task], timeout=1)

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except LogAway:
                pass  # the requests say so
            except Exception:
                log.exception(self.failed)
            self._looked.set()
            await self.pause()
