"""Taking a cluster away, in whatever state it is, from its pods to its files."""

import shutil

from local.cluster import cgroups, marks, mounts, network, strays, supervisor, sysctls
from local.cluster.layout import NETNS, RUN, Cluster
from local.paths import STATE

PREFIX = "bw-"


def remove(cluster: Cluster) -> None:
    """Stop a cluster and forget all it kept. Nothing is spared, so nothing is asked politely."""
    supervisor.let_go(cluster.parts)  # or it would start again what is ended now
    marks.end(*(pid for part in cluster.parts for pid in marks.marked(part)))
    for node in cluster.nodes:
        marks.end(*cgroups.processes(node.cgroup))
        mounts.unmount(node.home, node.run)
    supervisor.forget(cluster.parts)
    network.disconnect(cluster)
    for node in cluster.nodes:
        cgroups.remove(node.cgroup)
        shutil.rmtree(node.run, ignore_errors=True)
    shutil.rmtree(cluster.home)
    strays.remove()


def sweep() -> None:
    """Remove everything of ours that runs or is set up, known or not; what is on disk stays.

    After the last cluster nothing should be left to sweep; after a crash or a reboot there is.
    """
    supervisor.shut_down()
    marks.end(*marks.marked())
    marks.end(*cgroups.processes(cgroups.OURS))
    mounts.unmount(STATE, RUN)
    for path in network.namespaces(PREFIX):
        network.remove_namespace(path)
    for name in network.links(PREFIX):
        network.remove_link(name)
    if NETNS.exists() and not any(NETNS.iterdir()):
        mounts.unmount(NETNS)  # `ip netns` mounts it anew when it is needed
    cgroups.remove(cgroups.OURS)
    sysctls.restore()
    shutil.rmtree(RUN, ignore_errors=True)
    strays.remove()
