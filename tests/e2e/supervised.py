"""The programs of a cluster: its control plane and its nodes' agents, as live processes."""

from local.paths import CLUSTERS
from tests.e2e.processes import Process, processes
from tests.e2e.stack import CLUSTER

PROGRAMS = (
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "containerd",
    "kubelet",
    "kube-proxy",
    "kube-router",
)


def supervised(cluster: str = CLUSTER) -> list[Process]:
    """Every program of the cluster that runs now; their paths name the cluster."""
    folder = f"{CLUSTERS / cluster}/"
    return [
        found
        for found in processes()
        if found.name in PROGRAMS and any(folder in part for part in found.argv)
    ]


def api_server(cluster: str = CLUSTER) -> Process:
    """The cluster's API server."""
    return next(p for p in supervised(cluster) if p.name == "kube-apiserver")
