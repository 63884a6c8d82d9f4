"""Shows what the drift job found among this process's metrics."""

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol

from app.adapters.watch import Watch
from app.ports.drift import DriftRun
from app.telemetry import Telemetry

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

    def watching(self) -> AbstractAsyncContextManager[None]:
        """Keeps watch in the background."""
        failed = "drift could not be read; it is tried again"
        return Watch(self.tend, lambda: asyncio.sleep(_PULSE), failed).running()

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
