"""Which machine a figure was measured on."""

import os
import platform
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What a reader needs to compare our seconds with their own."""

    cores: int
    cpu: str
    memory_gib: float
    kernel: str
    system: str
    load_average: tuple[float, float, float]

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
        )


def _value_of(table: Path, key: str) -> str:
    for line in table.read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == key:
            return value.strip()
    return "unknown"
