"""Taking a cluster away, in whatever state it is, from its pods to its files."""

import shutil

from local.cluster import cgroups, marks, mounts, network, supervisor, sysctls
from local.cluster.layout import NETNS, RUN, Cluster, Node
from local.paths import STATE

PREFIX = "bw-"


def remove(cluster: Cluster) -> None:
    """Stop a cluster and forget all it kept."""
    for node in cluster.nodes:
        supervisor.stop(f"{node.name}:kubelet")  # or it would bring the pods back
    for node in cluster.nodes:
        _end_pods(node)
    for part in (*(node.name for node in cluster.nodes), cluster.name):
        supervisor.forget(part)
        marks.end(*marks.marked(part))  # shims outlive their runtime
    for node in cluster.nodes:
        _end_pods(node)
        mounts.unmount(node.home, node.run)
    network.disconnect(cluster)
    for node in cluster.nodes:
        cgroups.remove(node.cgroup)
        shutil.rmtree(node.run, ignore_errors=True)
    shutil.rmtree(cluster.home)


def sweep() -> None:
    """Remove everything of ours that runs or is set up, known or not; what is on disk stays.

    After the last cluster nothing should be left to sweep; after a crash or a reboot there is.
    """
    supervisor.shut_down()
    marks.end(*marks.marked())
    marks.end(*cgroups.processes(cgroups.OURS))
    mounts.unmount(STATE, RUN)
    if NETNS.exists():
        for path in NETNS.glob(f"{PREFIX}*"):
            network.remove_namespace(path)
    for name in network.links(PREFIX):
        network.remove_link(name)
    cgroups.remove(cgroups.OURS)
    sysctls.restore()
    shutil.rmtree(RUN, ignore_errors=True)


def _end_pods(node: Node) -> None:
    marks.end(*cgroups.processes(node.cgroup))
