"""Notices that the writing region is lost, and has the other one take over."""

import time
from collections.abc import Callable

import httpx

from runbooks.errors import RunbookError
from runbooks.moves import failover
from runbooks.place import Place
from runbooks.region import Region
from runbooks.steps import Steps

EVERY = 0.5
TIMES = 6
"""Noes in a row that make a region lost: three seconds, longer than a failover within one."""
PATIENCE = 0.5
"""Seconds for an answer."""


class Watchman:
    """Asks whether the writing region still acknowledges: at the edge, as a client would."""

    def __init__(
        self,
        place: Place,
        *,
        alive: Callable[[Region], bool] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._place = place
        self._alive = alive or leads
        self._sleep = sleep
        self.lost_at: float | None = None
        """When it was sure, in seconds since the epoch."""

    def wait(self) -> Region:
        """Until the writing region is lost; which one takes its place."""
        writer = self._place.writer()
        noes = 0
        while noes < TIMES:
            asked = time.monotonic()
            noes = 0 if self._alive(writer) else noes + 1
            self._sleep(max(0.0, EVERY - (time.monotonic() - asked)))
        self.lost_at = time.time()
        return self._place.other(writer)

    def guard(self, steps: Steps) -> None:
        """Wait for a loss and answer it. The region that is to take over has to be well."""
        for region in self._place.regions:
            region.prepare()
        to = self.wait()
        if to.copies() is None:
            raise RunbookError(f"both regions are away; nobody can take over, not even {to.name}")
        failover(self._place, to, steps)


def leads(region: Region) -> bool:
    """Whether it holds the lease, by its own service."""
    try:
        return httpx.get(f"{region.url}/leadz", timeout=PATIENCE).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
