"""Which machine a figure was measured on."""

import os
import platform
import time
from dataclasses import dataclass
from pathlib import Path

TURNS = 30_000_000
"""Half a second to a second of work."""


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What a reader needs to compare our seconds with their own."""

    cores: int
    cpu: str
    memory_gib: float
    kernel: str
    system: str
    load_average: tuple[float, float, float]
    turns: float
    """Millions of turns of an empty loop that this Python makes in a second, on one core. The same
    kind of machine is twice as fast at one hour as at another.
    """

    @classmethod
    def here(cls) -> "Machine":
        """The machine that this runs on, with its load right now."""
        return cls(
            cores=os.cpu_count() or 1,
            cpu=_value_of(Path("/proc/cpuinfo"), "model name"),
            memory_gib=round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1),
            kernel=platform.release(),
            system=platform.freedesktop_os_release()["PRETTY_NAME"],
            load_average=os.getloadavg(),
            turns=round(_turns(), 1),
        )


def _turns() -> float:
    began = time.perf_counter()
    for _ in range(TURNS):
        pass
    return TURNS / 1e6 / (time.perf_counter() - began)


def _value_of(table: Path, key: str) -> str:
    for line in table.read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == key:
            return value.strip()
    return "unknown"
