"""Shows what the drift job found among this process's metrics."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Protocol

import structlog

from app.ports.decisions import LogAway
from app.ports.drift import DriftRun
from app.telemetry import Telemetry

log = structlog.get_logger(__name__)

_PULSE: Final = 30.0


class Runs(Protocol):
    """Who knows the last run."""

    async def latest(self) -> DriftRun | None:
        """If there was any."""


class DriftGauges:
    """Looks every half minute. Every replica shows the same: take the maximum, not the sum."""

    def __init__(self, runs: Runs, telemetry: Telemetry) -> None:
        self._runs = runs
        self._telemetry = telemetry

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Keeps watch in the background."""
        task = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            while not task.done():  # a client on its way may take a cancellation for a timeout
                task.cancel()
                await asyncio.wait([task], timeout=1)

    async def tend(self) -> None:
        """One look. What was measured against another model is not shown any longer."""
        run = await self._runs.latest()
        if run is None:
            return
        self._telemetry.drift.clear()
        for feature, psi in run.psi.items():
            self._telemetry.drift.labels(feature, run.version).set(psi)
        self._telemetry.drift_payments.set(run.payments)
        self._telemetry.drift_computed.set(run.computed_at.timestamp())

    async def _watch(self) -> None:
        while True:
            try:
                await self.tend()
            except LogAway:
                pass  # the requests say so
            except Exception:
                log.exception("drift could not be read; it is tried again")
            await asyncio.sleep(_PULSE)
