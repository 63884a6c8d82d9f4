"""Which clusters this machine has. A cluster exists from its entry here until `down`."""

import json
import re

from local.cluster.layout import MOST_CLUSTERS, MOST_NODES, Cluster
from local.errors import EngineError
from local.paths import CLUSTERS

NAME = re.compile(r"[a-z][a-z0-9-]{0,29}")
ENTRY = "cluster.json"
NOT_CLUSTERS = ("edge", "machine")
"""Groups of processes that are none."""


def known() -> list[Cluster]:
    """All clusters of this machine, by index."""
    entries = (CLUSTERS.glob(f"*/{ENTRY}")) if CLUSTERS.exists() else ()
    clusters = [Cluster(entry.parent.name, **json.loads(entry.read_text())) for entry in entries]
    return sorted(clusters, key=lambda cluster: cluster.index)


def find(name: str) -> Cluster:
    """The cluster of this name, or an error that says which there are."""
    clusters = known()
    for cluster in clusters:
        if cluster.name == name:
            return cluster
    there = ", ".join(cluster.name for cluster in clusters) or "none"
    raise EngineError(
        f"no cluster is named {name!r}; there are: {there}; `python -m local up {name}` starts it"
    )


def planned(name: str, size: int | None) -> Cluster:
    """The cluster as asked for: a known one, grown if need be, or a new one."""
    if name in NOT_CLUSTERS:
        raise EngineError(f"{name!r} is no cluster's name; `python -m local {name}` is a command")
    if not NAME.fullmatch(name):
        raise EngineError(
            f"cluster name {name!r} is not allowed; allowed: a letter, then up to 29 of a-z, 0-9, -"
        )
    if size is not None and not 1 <= size <= MOST_NODES:
        raise EngineError(f"--nodes {size} is not possible; allowed: 1 to {MOST_NODES}")
    there = {cluster.name: cluster for cluster in known()}
    if name in there:
        return _grown(there[name], size)
    taken = {cluster.index for cluster in there.values()}
    free = [index for index in range(MOST_CLUSTERS) if index not in taken]
    if not free:
        raise EngineError(
            f"{MOST_CLUSTERS} clusters are the most; stop one with `python -m local down NAME`"
        )
    return Cluster(name, free[0], size or 1)


def same(cluster: Cluster) -> bool:
    """Whether the machine has this cluster already, at this size."""
    return cluster in known()


def enter(cluster: Cluster) -> None:
    """From here on the cluster exists, half started at the least."""
    cluster.home.mkdir(parents=True, exist_ok=True)
    cluster.home.chmod(0o700)
    entry = {"index": cluster.index, "size": cluster.size}
    (cluster.home / ENTRY).write_text(json.dumps(entry))


def _grown(cluster: Cluster, size: int | None) -> Cluster:
    if size is None or size == cluster.size:
        return cluster
    if size < cluster.size:
        raise EngineError(
            f"{cluster.name} has {cluster.size} nodes and cannot shrink to {size};"
            f" `python -m local down {cluster.name}` first"
        )
    return Cluster(cluster.name, cluster.index, size)
