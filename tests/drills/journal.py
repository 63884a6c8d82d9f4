"""Trials as they were made, one a line: what was broken off goes on where it was.

A trial counts for as long as the pinned tools and packages are the same, the database and its
pooler are declared alike, Redis has as many instances, nodes are believed lost and containers are
started again as soon, earlier crashes are as long ago, and the clients are as busy; where code of
ours brings back what is lost, for as long as that is the same. What a bar's last record holds
counts too: another machine can go on.
"""

import hashlib
import json
from pathlib import Path

from local.cluster.heartbeat import GRACE_SECONDS
from local.cluster.node_agents import RESTART_SECONDS
from tests.drills.clients import AGAIN, FRESH, READS
from tests.drills.faults.pods import REMEMBERED
from tests.drills.load import RATE
from tests.e2e.parts import CNPG, redis_instances
from tests.e2e.stack import RunningStack
from tests.prove.evidence import ROOT, read
from tests.prove.figures import Trial
from tests.prove.pins import pins

FOLDER = ROOT / "build" / "drills"
BRINGS_BACK = {
    "switchover": ("tests/e2e/promote.py",),
    "redis-lost": (
        "components/redis.py",
        "app/adapters/fill.lua",
        "app/adapters/postgres_windows.py",
        "app/adapters/redis_fill.py",
        "app/adapters/refill.py",
        "app/adapters/window_keeper.py",
    ),
}
"""Code of ours that decides how soon a loss is made good, or how a planned change is made."""


def counted(stack: RunningStack, drill: str) -> str:
    """A short name of everything that makes two trials of a drill comparable."""
    nodes = len(stack.core.list_node().items)
    busy = (FRESH, AGAIN, READS, RATE)
    waits = (GRACE_SECONDS, RESTART_SECONDS, REMEMBERED)
    digest = hashlib.sha256(f"{pins()} {busy} {nodes} {waits}".encode())
    for kind in ("clusters", "poolers"):
        found = stack.custom.list_namespaced_custom_object(*CNPG, stack.namespace, kind)["items"]
        specs = sorted(json.dumps(each["spec"], sort_keys=True) for each in found)
        digest.update("\n".join(specs).encode())
    if (several := redis_instances(stack)) > 1:  # of one, nothing: such trials were made before
        digest.update(f"{several} redis".encode())
    for file in BRINGS_BACK.get(drill, ()):
        digest.update((ROOT / file).read_bytes())
    return digest.hexdigest()[:16]


def append(trial: Trial, folder: Path = FOLDER) -> None:
    """Keep a trial, whatever it shows."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{trial['drill']}.jsonl").open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(trial) + "\n")


def trials(drill: str, mark: str, bar: str, folder: Path = FOLDER) -> list[Trial]:
    """A drill's trials of this mark, the oldest first; none is left out for what it shows."""
    file = folder / f"{drill}.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    record = read(bar)
    made: list[Trial] = [*(record["trials"] if record else ()), *map(json.loads, lines)]
    mine = {t["id"]: t for t in made if t.get("drill") == drill and t.get("pins") == mark}
    return sorted(mine.values(), key=lambda trial: str(trial["date"]))
