"""The machine's processes as the kernel tells them, whatever namespace they live in."""

import os
import re
import signal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
PAGE = os.sysconf("SC_PAGE_SIZE")
TICKS = os.sysconf("SC_CLK_TCK")
PAUSE = "pause"
"""Holds the network of a pod, and nothing else."""


@dataclass(frozen=True, kw_only=True)
class Process:
    """One live process. `network` is its network namespace; `user` as the kernel sees it."""

    pid: int
    parent: int
    argv: tuple[str, ...]
    network: str
    started: int
    resident_bytes: int
    user: int
    capabilities: int
    """The effective set, as a bit mask."""
    seccomp: int
    no_new_privileges: bool
    cgroups: str

    @property
    def name(self) -> str:
        """The program's file name."""
        return Path(self.argv[0]).name if self.argv else ""

    def flag(self, name: str) -> str | None:
        """The value of `--name=value` on the command line."""
        for argument in self.argv:
            if argument.startswith(f"--{name}="):
                return argument.partition("=")[2]
        return None


def processes() -> Iterator[Process]:
    """Every user-space process that lives long enough to be read."""
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (found := process(int(entry.name))) is not None:
            yield found


def process(pid: int) -> Process | None:
    """One process, or nothing if it is gone, a zombie or the kernel's own."""
    at = PROC / str(pid)
    try:
        argv = (at / "cmdline").read_bytes().rstrip(b"\0").split(b"\0")
        status = dict(_pairs((at / "status").read_text()))
        # The second field of stat may hold spaces; everything after its bracket does not.
        stat = (at / "stat").read_text().rpartition(")")[2].split()
        network = (at / "ns" / "net").readlink().name
        cgroups = (at / "cgroup").read_text()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return None
    if argv == [b""]:
        return None
    return Process(
        pid=pid,
        parent=int(status["PPid"]),
        argv=tuple(part.decode(errors="replace") for part in argv),
        network=network,
        started=int(stat[19]),
        resident_bytes=int(stat[21]) * PAGE,
        user=int(status["Uid"].split()[1]),
        capabilities=int(status["CapEff"], 16),
        seccomp=int(status["Seccomp"]),
        no_new_privileges=status["NoNewPrivs"] == "1",
        cgroups=cgroups,
    )


def of_pod(uid: str) -> list[Process]:
    """A pod's processes, by the control groups that bear its name; not what holds its network,
    which no crash takes along.
    """
    mark = re.compile(uid.replace("-", "[-_]"))
    return [found for found in processes() if mark.search(found.cgroups) and found.name != PAUSE]


def kill(pids: Iterable[int]) -> None:
    """End them at once, the eldest first: with a container's first process all of it goes."""
    for pid in sorted(pids):
        with suppress(ProcessLookupError):  # It went with its parent.
            os.kill(pid, signal.SIGKILL)


def stat(pid: int) -> list[str]:
    """What the kernel counts of a process, from its state on; nothing if it is gone."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def parent_of(pid: int) -> int | None:
    """The process that started this one; nothing if it is gone."""
    fields = stat(pid)
    return int(fields[1]) if fields else None


def children() -> dict[int, list[int]]:
    """What each process started and is there now."""
    found = dict[int, list[int]]()
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (parent := parent_of(int(entry.name))):
            found.setdefault(parent, []).append(int(entry.name))
    return found


def family(eldest: int, started: Mapping[int, Sequence[int]]) -> list[int]:
    """A process and all that it started, of those `children`; the eldest first."""
    found = [eldest]
    for pid in found:
        found += started.get(pid, ())
    return found


def environment(found: Process) -> str:
    """What a process was given as its environment; empty if it is gone by now."""
    try:
        return (PROC / str(found.pid) / "environ").read_bytes().decode(errors="ignore")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def started_at(found: Process) -> float:
    """When a process started, in seconds since the epoch."""
    booted = next(
        int(value)
        for name, value in _pairs((PROC / "stat").read_text(), separator=" ")
        if name == "btime"
    )
    return booted + found.started / TICKS


def _pairs(table: str, separator: str = ":") -> Iterator[tuple[str, str]]:
    for line in table.splitlines():
        name, _, value = line.partition(separator)
        yield name, value.strip()
