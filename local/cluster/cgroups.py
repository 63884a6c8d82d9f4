"""The cgroup above a node's pods, in every controller, so that two kubelets never share one."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from local.cluster.layout import Node
from local.errors import EngineError

ROOT = Path("/sys/fs/cgroup")
OURS = "bulwark"
INHERITED = ("cpuset.cpus", "cpuset.mems")
WEIGHTS = {"cpu.shares": 8192, "cpu.weight": 800}
"""Of all pods together against everything else: eight sessions' worth, in v1's words and in v2's.

A session of the machine (the control plane with the agents is one, a compiler another) weighs 1,024
or 100, and so would all nodes' pods together. Then what manages could keep what serves waiting.
"""


def hierarchies() -> list[Path]:
    """Where cgroups are made: one folder per v1 controller, or the one of v2."""
    if (ROOT / "cgroup.controllers").exists():
        return [ROOT]
    found = [path for path in ROOT.iterdir() if path.is_mount()] if ROOT.exists() else []
    if not found:
        raise EngineError(f"no cgroups are mounted at {ROOT}; a node needs v1 controllers or v2")
    return sorted(found)


def prepare(node: Node) -> None:
    """Make the node's cgroup. A v1 cpuset starts empty and takes no process until it is filled."""
    for hierarchy in hierarchies():
        parent = hierarchy
        for part in Path(node.cgroup).parts:
            _delegate(parent)
            child = parent / part
            child.mkdir(exist_ok=True)
            for name in INHERITED:
                if (child / name).exists() and not (child / name).read_text().strip():
                    (child / name).write_text((parent / name).read_text())
            parent = child
        _weigh(hierarchy / OURS)


def processes(cgroup: str) -> set[int]:
    """All processes at and under a cgroup, in any hierarchy."""
    found: set[int] = set()
    for folder in _folders(cgroup):
        try:
            found.update(int(pid) for pid in (folder / "cgroup.procs").read_text().split())
        except OSError:
            continue  # it has just gone
    return found


def remove(cgroup: str, *, patience: float = 30.0) -> None:
    """Remove a cgroup with all below it; the kernel lags behind its processes' ends."""
    deadline = time.monotonic() + patience
    while True:
        stuck = [folder for folder in _folders(cgroup) if not _removed(folder)]
        if not stuck or time.monotonic() > deadline:
            return
        time.sleep(0.05)


def present(cgroup: str = OURS) -> list[Path]:
    """The cgroup's folder in every hierarchy that has one."""
    return [path for hierarchy in hierarchies() if (path := hierarchy / cgroup).is_dir()]


def _weigh(ours: Path) -> None:
    for name, weight in WEIGHTS.items():
        if (ours / name).exists():
            (ours / name).write_text(str(weight))


def _folders(cgroup: str) -> Iterator[Path]:
    """Deepest first, as they must be removed."""
    for top in present(cgroup):
        for folder, _, _ in os.walk(top, topdown=False):
            yield Path(folder)


def _removed(folder: Path) -> bool:
    try:
        folder.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _delegate(parent: Path) -> None:
    """On v2 a parent hands its controllers down by name."""
    available, handed = parent / "cgroup.controllers", parent / "cgroup.subtree_control"
    if available.exists() and handed.exists():
        missing = set(available.read_text().split()) - set(handed.read_text().split())
        if missing:
            try:
                handed.write_text(" ".join(f"+{name}" for name in sorted(missing)))
            except OSError as error:
                raise EngineError(
                    f"{parent} cannot hand down {', '.join(sorted(missing))} ({error.strerror});"
                    " a node needs them: run where cgroup v2 is delegated whole, or v1"
                ) from None
