"""Our processes carry a mark in their environment, and so are found whatever else was lost."""

import os
import signal
import time
from pathlib import Path

MARK = "BULWARK_PART"


def marked(part: str | None = None) -> dict[int, str]:
    """The processes that carry the mark, or the one of this part, with their part."""
    found = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        value = _mark(folder)
        if value is not None and part in (None, value):
            found[int(folder.name)] = value
    return found


def end(*pids: int, patience: float = 5.0) -> None:
    """Kill these processes and wait until they are gone."""
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    deadline = time.monotonic() + patience
    while any(alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """Whether it still runs; a zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def name_of(pid: int) -> str:
    """The process's name as the kernel keeps it; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def _mark(folder: Path) -> str | None:
    prefix = f"{MARK}=".encode()
    try:
        variables = (folder / "environ").read_bytes().split(b"\0")
    except OSError:
        return None  # gone, or a kernel thread
    return next((v[len(prefix) :].decode() for v in variables if v.startswith(prefix)), None)
