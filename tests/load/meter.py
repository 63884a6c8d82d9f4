"""CPU-seconds by what used them: pods by their cgroups, other programs by their processes."""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from local.cluster.cgroups import OURS, ROOT
from tests.e2e.parts import API, POOLER, POSTGRES, REDIS
from tests.e2e.processes import PROC, TICKS, children, family, stat
from tests.e2e.stack import RunningStack
from tests.e2e.supervised import supervised

Reading = dict[tuple[str, str], float]
"""CPU-seconds so far, by a name and one instance of it."""
Meter = Callable[[], Reading]
SCORER, MACHINE, STOLEN = "scorer", "machine", "stolen"
PARTS = {SCORER: API, "redis": REDIS, "postgres": POSTGRES, "pooler": POOLER}


def spent(before: Reading, after: Reading) -> dict[str, float]:
    """CPU-seconds between two readings, by name. What began in between counts whole."""
    used = dict[str, float]()
    for (name, instance), seconds in after.items():
        used[name] = used.get(name, 0) + seconds - before.get((name, instance), 0)
    return {name: round(seconds, 3) for name, seconds in sorted(used.items())}


@dataclass(frozen=True)
class Pods:
    """The pods of the running stack, and the control plane with the nodes' agents."""

    stack: RunningStack

    def __call__(self) -> Reading:
        """Pods are looked up each time: the autoscaler and updates make others."""
        uids = dict[str, str]()
        for name, part in PARTS.items():
            selector = ",".join(f"{key}={value}" for key, value in part.labels.items())
            pods = self.stack.core.list_namespaced_pod(
                self.stack.namespace, label_selector=selector
            ).items
            uids |= {pod.metadata.uid: name for pod in pods}
        reading = {(uids[uid], uid): seconds for uid, seconds in pod_seconds(uids).items()}
        for program in supervised():
            reading["control plane", str(program.pid)] = process_seconds(program.pid)
        return reading


@dataclass(frozen=True)
class Processes:
    """Programs on this machine by their process ids, with all that they started."""

    pids: Mapping[str, Sequence[int]]

    def __call__(self) -> Reading:
        """Children that ended within are counted by their parent."""
        started = children()
        return {
            (name, str(pid)): process_seconds(pid)
            for name, tops in self.pids.items()
            for top in tops
            for pid in family(top, started)
        }


def machine() -> Reading:
    """All that the machine's cores did, and what its host took from them."""
    first = (PROC / "stat").read_text().splitlines()[0].split()[1:9]
    user, nice, system, _idle, _wait, irq, soft, steal = (int(ticks) / TICKS for ticks in first)
    return {(MACHINE, ""): user + nice + system + irq + soft, (STOLEN, ""): steal}


def pod_seconds(uids: Mapping[str, str], root: Path = ROOT) -> dict[str, float]:
    """CPU-seconds of pods by uid, from the one folder that each has in the controller."""
    v1 = root / "cpuacct"
    top = (v1 if v1.is_dir() else root) / OURS
    found = dict[str, float]()
    for folder, inner, _ in os.walk(top):
        marks = re.sub(r"[-_]", "", Path(folder).name)
        uid = next((uid for uid in uids if uid.replace("-", "") in marks), None)
        if uid:
            found[uid] = _seconds(Path(folder))
            inner.clear()
    return found


def process_seconds(pid: int) -> float:
    """User and system time of a process and of its children that ended; 0 if it is gone."""
    fields = stat(pid)
    return sum(map(int, fields[11:15])) / TICKS if fields else 0.0


def _seconds(folder: Path) -> float:
    usage, stat = folder / "cpuacct.usage", folder / "cpu.stat"
    if usage.exists():
        return int(usage.read_text()) / 10**9
    pairs = dict(line.split() for line in stat.read_text().splitlines())
    return int(pairs["usage_usec"]) / 10**6
