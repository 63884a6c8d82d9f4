"""How a cluster is: whole, in part, or left over from before the machine last started."""

from enum import StrEnum
from pathlib import Path

from local.cluster import health, recovery, roster, supervisor
from local.cluster.layout import Cluster
from local.errors import EngineError


class Condition(StrEnum):
    """One word for people."""

    RUNNING = "running"
    HALF = "half started"
    STALE = "stale"


def condition(cluster: Cluster) -> Condition:
    """The cluster's condition now."""
    if recovery.stale():
        return Condition.STALE
    whole = supervisor.all_run(cluster.parts) and health.api_ready(cluster)
    return Condition.RUNNING if whole else Condition.HALF


def kubeconfig(name: str) -> Path:
    """The administrator's kubeconfig of a cluster that serves; another one names the way out."""
    cluster = roster.find(name)
    found = condition(cluster)
    if found is not Condition.RUNNING:
        raise EngineError(
            f"{cluster.name} is {found}; `python -m local up {cluster.name}` makes it whole"
        )
    return cluster.kubeconfig
