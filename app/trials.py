"""A draft of the rules against the latest payments, before it judges any.

The test shares its process and its database with the traffic. It reads in small steps, one at a
time, rests after each as long as the step took, and ends after a given time with what it has.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Final

from app.domain.ruling import Ruling
from app.domain.scoring import Decider
from app.domain.transactions import Floats
from app.domain.trial import Compared, Tally
from app.hindsight import Hindsight
from app.ports.archive import Archive, Known, Place

_STEP: Final = 50
"""Payments at once: some ten milliseconds of Postgres, and less than one of this process."""
_END: Final = Place(datetime(9999, 1, 1, tzinfo=UTC), 0)


class Occupied(Exception):  # noqa: N818 (a state that the caller answers)
    """A test is running here already."""

    retry_seconds = 10


@dataclass(slots=True)
class Trial:
    """What a test run found."""

    tally: Tally = field(default_factory=Tally)
    model_version: str = ""
    against: int = 0
    """The version that was live."""
    newest: datetime | None = None
    """When the newest payment that was looked at was recorded."""
    oldest: datetime | None = None
    complete: bool = False
    """Whether as many were looked at as were asked for or as there are."""
    seconds: float = 0


class Trials:
    """Features come from Postgres by the one definition, with the labels that are known today."""

    def __init__(
        self,
        archive: Archive,
        hindsight: Hindsight,
        model: Callable[[], Decider],
        live: Callable[[], Ruling],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._archive = archive
        self._hindsight = hindsight
        self._model = model
        self._live = live
        self._clock = clock
        self._running = asyncio.Lock()

    async def run(self, draft: Ruling, *, payments: int, seconds: float) -> Trial:
        """Judge the latest payments by the draft and by the live rules. Raises `Occupied`."""
        if self._running.locked():
            raise Occupied
        async with self._running:
            live, model, start = self._live(), self._model(), self._clock()
            trial, place = Trial(against=live.rules.version), _END
            while not trial.complete and self._clock() - start < seconds:
                began = self._clock()
                asked = min(_STEP, payments - trial.tally.every.payments)
                step = await self._archive.latest(place, asked)
                if step:
                    features = await self._hindsight.features([one.payment for one in step])
                    self._compare(trial, step, features, (model, live, draft))
                    place = step[-1].place
                trial.complete = len(step) < asked or trial.tally.every.payments >= payments
                await asyncio.sleep(self._clock() - began)
            trial.seconds = self._clock() - start
            return trial

    def _compare(
        self,
        trial: Trial,
        step: Sequence[Known],
        features: Floats,
        by: tuple[Decider, Ruling, Ruling],
    ) -> None:
        model, live, draft = by
        told = [one.payment for one in step]
        rated = model.rate(features)
        now = live.outcomes(told, features, rated)
        then = draft.outcomes(told, features, rated)
        trial.model_version = rated.model_version
        trial.newest = trial.newest or step[0].place.recorded_at
        trial.oldest = step[-1].place.recorded_at
        for known, before, after in zip(step, now, then, strict=True):
            compared = Compared(
                known.payment.transaction_id, known.fraud,
                before.outcome, after.outcome, after.model, after.hits,
            )  # fmt: skip
            trial.tally.add(compared)
