"""The lease of this process in its region's name.

The witness keeps one fact, `bulwark/writer`: the region that is to write. Each process of that
region keeps a key below `bulwark/held/<region>/`, which lives as long as the process renews it.

Why no two regions ever acknowledge at once:

1. A key is put, and put again at every renewal, by one transaction of the witness: only if the
   region is the writer, and no key of any other region is there. So a region whose keys all lived
   when it ceased to be the writer is the only one until the last of them has gone.
2. A key goes no sooner than its time to live after the witness took the last keep-alive. The
   process counts that time from before it sent the keep-alive, by a clock that no one sets and
   that goes on while the machine sleeps, and stops a margin earlier. So it has stopped when the
   key goes, though nobody can reach it.
3. What is acknowledged is checked just before it is sent (`edge`), not when it was recorded. The
   margin is for the way from there into the network.

A renewal whose answer is lost prolongs nothing here; a process that finds itself deposed stops at
once and gives its key back.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import structlog

from app.adapters.watch import FIRST_LOOK, Watch
from app.adapters.witness import Witness, WitnessAway, text
from app.ports.lease import Elsewhere
from app.telemetry import Telemetry

log = structlog.get_logger(__name__)

WRITER: Final = "bulwark/writer"
HELD: Final = "bulwark/held/"

MARGIN: Final = 1.0
"""Seconds that it ends earlier here than at the witness."""
_PULSE: Final = 1.0

Clock = Callable[[], float]


def _now() -> float:
    """Seconds since the machine started, those included in which it slept."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class WitnessedLease:
    """One per process."""

    def __init__(
        self,
        witness: Witness,
        telemetry: Telemetry,
        *,
        region: str,
        process: str,
        seconds: int,
        clock: Clock = _now,
    ) -> None:
        """`process` is a name that no other process of the region has."""
        self._witness = witness
        self._region = region
        self._key = f"{HELD}{region}/{process}"
        self._seconds = seconds
        self._clock = clock
        self._until = 0.0
        self._id: str | None = None
        self._attached = False
        """Whether the key may be there."""
        self._away = self._was_held = False
        self._thread = ThreadPoolExecutor(1, "lease")
        telemetry.lease_held.set_function(lambda: float(self.held))

    @property
    def held(self) -> bool:
        """See the port."""
        return self._clock() < self._until

    def check(self) -> None:
        """See the port."""
        if not self.held:
            raise Elsewhere

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Renews it in the background. The first look is waited for a little."""
        watch = Watch(self._look, lambda: asyncio.sleep(_PULSE), "the lease can not be renewed")
        try:
            async with watch.running(first_look=FIRST_LOOK):
                yield
        finally:
            await asyncio.get_running_loop().run_in_executor(self._thread, self.give_back)
            self._thread.shutdown(wait=False)

    async def _look(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self.renew)
        if self.held != self._was_held:
            self._was_held = self.held
            log.info("lease", region=self._region, held=self.held)

    def renew(self) -> None:
        """One renewal, or one try to get it."""
        try:
            self._renew()
        except WitnessAway as why:
            if not self._away:
                log.warning("the witness is away", why=str(why))
            self._away = True
        else:
            self._away = False

    def give_back(self) -> None:
        """Let others have it sooner."""
        self._until = 0.0
        if self._id is not None and self._attached:
            with suppress(WitnessAway):  # then it ends by itself
                self._witness.ask("/v3/lease/revoke", {"ID": self._id})
            self._id, self._attached = None, False

    def _renew(self) -> None:
        sent = self._clock()
        if self._id is None or not self._kept_alive(self._id):
            sent = self._clock()
            granted = self._witness.ask("/v3/lease/grant", {"TTL": self._seconds})
            self._id, self._attached = str(granted["ID"]), False
        if self._put(self._id):
            self._until = sent + self._seconds - MARGIN
        else:
            self.give_back()

    def _kept_alive(self, number: str) -> bool:
        """Whether the witness still knows it, and will for its whole time from now."""
        said = self._witness.ask("/v3/lease/keepalive", {"ID": number})
        return int(said.get("result", {}).get("TTL", 0)) > 0

    def _put(self, number: str) -> bool:
        """Whether this region is the writer and the only one that may think so."""
        mine = {"key": text(self._key), "value": text(self._region), "lease": number}
        question = {"compare": claims(self._region), "success": [{"request_put": mine}]}
        attached, self._attached = self._attached, True  # if no answer comes, who knows
        done = bool(self._witness.ask("/v3/kv/txn", question).get("succeeded", False))
        self._attached = attached or done
        return done


def claims(region: str) -> list[dict[str, Any]]:
    """What must be so: the region is the writer, and below other names there is no key."""
    own, behind = f"{HELD}{region}/", f"{HELD}{region}0"  # "0" comes after "/"
    writer = {"key": text(WRITER), "target": "VALUE", "result": "EQUAL", "value": text(region)}
    return [writer, _nothing(HELD, own), _nothing(behind, f"{HELD[:-1]}0")]


def _nothing(start: str, end: str) -> dict[str, Any]:
    """No key from the start to before the end: one that is not there was created at revision 0."""
    between = {"key": text(start), "range_end": text(end)}
    return {**between, "target": "CREATE", "result": "EQUAL", "create_revision": "0"}
