"""What happens to a region."""

import subprocess
import sys
from collections.abc import Callable, Mapping

from local.cluster import cgroups, marks, supervisor
from local.cluster.layout import Cluster
from local.cluster.run import run
from tests.e2e.stack import ROOT
from tests.prove.errors import ProveError

Act = Callable[[Cluster], None]
REPAIRED = 600
"""Seconds until a cluster that lost processes has them again."""


def cut(cluster: Cluster) -> None:
    """No packet enters or leaves it, to the witness neither; inside everything goes on."""
    for node in cluster.nodes:
        run("ip", "link", "set", node.link, "down")


def join(cluster: Cluster) -> None:
    """The cables are back."""
    for node in cluster.nodes:
        run("ip", "link", "set", node.link, "up")


def kill(cluster: Cluster) -> None:
    """All of its processes are gone from one moment to the next, and its cables with them."""
    cut(cluster)
    supervisor.let_go(cluster.parts)  # or it would start again what is ended now
    pods = (pid for node in cluster.nodes for pid in cgroups.processes(node.cgroup))
    marks.end(*(pid for part in cluster.parts for pid in marks.marked(part)), *pods)


def repair(cluster: Cluster) -> None:
    """It comes back with what is on its disks."""
    again = [sys.executable, "-m", "local", "up", cluster.name]
    done = subprocess.run(
        again, cwd=ROOT, check=False, capture_output=True, text=True, timeout=REPAIRED
    )
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines() or ["no message"]
        raise ProveError(f"{cluster.name} was not made whole again: {said[-1]}")


FAULTS: Mapping[str, tuple[Act, Act]] = {"killed": (kill, repair), "cut": (cut, join)}
"""By their names: what strikes and what mends."""
