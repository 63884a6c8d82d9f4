"""Our processes carry a mark in their environment, and so are found whatever else was lost."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from local.paths import STATE

PART, HOME = "BULWARK_PART", "BULWARK_HOME"


def mark(part: str) -> dict[str, str]:
    """The variables that a process of this part carries. Another engine's has another home."""
    return {PART: part, HOME: str(STATE)}


def marked(part: str | None = None) -> dict[int, str]:
    """Our processes, or those of this part, each with its part."""
    ours = {pid: v[PART] for pid, v in _carriers() if v[HOME] == str(STATE)}
    return {pid: name for pid, name in ours.items() if part in (None, name)}


def strangers() -> set[str]:
    """Where other engines that run on this machine have their state."""
    return {v[HOME] for _, v in _carriers()} - {str(STATE)}


def end(*pids: int, patience: float = 30.0) -> None:
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


def _carriers() -> Iterator[tuple[int, dict[str, str]]]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            block = (folder / "environ").read_bytes()
        except OSError:
            continue  # gone, or a kernel thread
        if f"{HOME}=".encode() in block and f"{PART}=".encode() in block:
            variables = (v.decode(errors="replace").partition("=") for v in block.split(b"\0"))
            yield int(folder.name), {name: value for name, _, value in variables}
