"""Follows the registry: what it says decides, decides here a second later."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Final

import structlog

from app.adapters.shadowing import Shadowing
from app.adapters.watch import FIRST_LOOK, Watch
from app.domain.scoring import Judge
from app.ports.models import Alias, Model, Models, Roles, Unusable
from app.ports.refusals import Refused, Unknown
from app.registry import Open, warm
from app.switched import Switched
from app.telemetry import Telemetry

log = structlog.get_logger(__name__)

_PULSE: Final = 1.0
_AGAIN: Final = 30.0
"""Seconds until a model that could not be used is tried again."""
_NOT_ASKED: Final = "the registry has not said yet which model decides"


class ModelKeeper:
    """One per process. Whatever goes wrong here, the live model goes on deciding."""

    def __init__(
        self,
        models: Models,
        committed: Model,
        switched: Switched,
        shadowing: Shadowing,
        telemetry: Telemetry,
        *,
        opens: Open,
    ) -> None:
        """`switched` runs the committed model; `opens` makes a judge of what the registry keeps."""
        self._models = models
        self._committed = committed
        self._switched = switched
        self._shadowing = shadowing
        self._telemetry = telemetry
        self._opens = opens
        self._judges: dict[str, Judge] = {committed.version: switched.live}
        self._refused: dict[str, float] = {}
        self._kept = self._known = False
        self._follow_info({})

    def undecided(self) -> str | None:
        """Why this process does not know yet which model decides, or nothing."""
        return None if self._known else _NOT_ASKED

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Keeps watch in the background. The first look is waited for a little."""
        failed = "the model keeper failed; it goes on"
        watch = Watch(self.tend, lambda: asyncio.sleep(_PULSE), failed)
        async with self._shadowing.watching(), watch.running(first_look=FIRST_LOOK):
            yield

    async def tend(self) -> None:
        """One look, and what it takes."""
        roles = await self._models.roles()
        champion = roles.get(Alias.CHAMPION, self._committed.version)
        if (judge := await self._judge(champion)) and judge is not self._switched.live:
            log.info("model switched", version=champion, before=self._live)
            self._switched.live = judge
        self._known = True
        # What a rollback goes back to lies ready, so that it needs no loading.
        await self._judge(roles.get(Alias.PREVIOUS))
        await self._follow_challenger(roles.get(Alias.CHALLENGER))
        self._follow_info(roles)
        with_a_role = {*roles.values(), self._committed.version, self._live}
        for version in self._judges.keys() - with_a_role:
            del self._judges[version]
        await self._keep_committed()

    async def _keep_committed(self) -> None:
        """The image's own model is in the registry too, so that one can go back to it."""
        if self._kept:
            return
        try:
            await self._models.publish(self._committed, "the service's image")
        except Refused as why:
            self._refuse(self._committed.version, why)
        self._kept = True

    async def _follow_challenger(self, version: str | None) -> None:
        if version in {None, self._live}:
            self._shadowing.stop()
        elif version != self._shadowing.version and (judge := await self._judge(version)):
            self._shadowing.begin(judge)

    def _follow_info(self, roles: Roles) -> None:
        """What is, not what the registry wants: a refused model shows by its absence."""
        there = {Alias.CHAMPION: self._live, Alias.CHALLENGER: self._shadowing.version}
        there[Alias.PREVIOUS] = roles.get(Alias.PREVIOUS, "")
        self._telemetry.model_info.clear()
        for alias, version in there.items():
            if version:
                self._telemetry.model_info.labels(version, alias.value).set(1)

    async def _judge(self, version: str | None) -> Judge | None:
        """The model, opened and warm. None where it can not be used, which is reported."""
        if version is None or self._refused.get(version, 0) > monotonic():
            return None
        if version not in self._judges:
            try:
                kept = await self._models.get(version)
                self._judges[version] = await asyncio.to_thread(warm, self._opens, kept)
            except (Unknown, Unusable) as why:
                self._refuse(version, why)
                return None
        return self._judges[version]

    def _refuse(self, version: str, why: Exception) -> None:
        self._refused[version] = monotonic() + _AGAIN
        self._telemetry.model_refusals.labels(version).inc()
        log.error("model refused", version=version, why=str(why), live=self._live)

    @property
    def _live(self) -> str:
        return self._switched.live.scorer.version
