"""Follows the live rule set by asking: a transaction pooler passes no notifications on."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from time import monotonic
from typing import Final

import structlog

from app.adapters.watch import FIRST_LOOK, Watch
from app.domain.ruled import Ruled
from app.domain.ruling import Ruling
from app.ports.rules import RuleBook, Standing
from app.telemetry import Telemetry

log = structlog.get_logger(__name__)

_PULSE: Final = 1.0


def _now() -> datetime:
    return datetime.now(UTC)


class RulesKeeper:
    """One per process: what is live here is at most a second or two behind.

    While Postgres is away the last rules that were seen judge on; before the first look, the
    built-in ones.
    """

    def __init__(
        self,
        book: RuleBook,
        ruled: Ruled,
        telemetry: Telemetry,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._book = book
        self._ruled = ruled
        self._telemetry = telemetry
        self._clock = clock
        self._known: Standing | None = None
        self._seen_at = monotonic()
        telemetry.rules_age.set_function(lambda: monotonic() - self._seen_at)

    def watching(self) -> AbstractAsyncContextManager[None]:
        """Keeps watch in the background. The first look is waited for a little."""
        failed = "the live rules can not be read; the last ones judge on"
        watch = Watch(self.look, lambda: asyncio.sleep(_PULSE), failed)
        return watch.running(first_look=FIRST_LOOK)

    async def look(self) -> None:
        """One look: the whole rule set if anything is different, or if an entry has expired."""
        known = self._known
        if known and known.good_until and known.good_until <= self._clock():
            known = None
        standing = await self._book.standing(known.revision if known else None)
        if standing is not None:
            self._ruled.ruling = Ruling(standing.rules, standing.lists)
            if not self._known or self._known.rules.version != standing.rules.version:
                log.info("rules", live=standing.rules.version, revision=standing.revision)
            self._known = standing
            self._telemetry.rules_live.set(standing.rules.version)
        self._seen_at = monotonic()
