"""What is mounted below our folders, and its removal."""

import ctypes
import os
from pathlib import Path

from local.errors import EngineError

DETACH = 2
TABLE = Path("/proc/self/mountinfo")


def below(*folders: Path) -> list[Path]:
    """The mounts at or under these folders, the latest first."""
    lines = TABLE.read_text().splitlines()
    points = [Path(line.split()[4].encode().decode("unicode_escape")) for line in lines]
    return [p for p in reversed(points) if any(p.is_relative_to(folder) for folder in folders)]


def unmount(*folders: Path) -> None:
    """Take away every mount under these folders, even one that is still looked at."""
    libc = ctypes.CDLL(None, use_errno=True)
    for point in below(*folders):
        if libc.umount2(os.fsencode(point), DETACH) and os.path.ismount(point):
            number = ctypes.get_errno()
            raise EngineError(f"{point} cannot be unmounted: {os.strerror(number)}")
