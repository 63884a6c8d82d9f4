"""The cables: a bridge per cluster, a network namespace per node, a dummy link for the registry.

No sysctl of the host is touched: forwarding is switched on for our bridges alone, so it goes when
they go. Nodes have no default route but a refusal, so nothing of ours leaves the machine.
"""

import os
from pathlib import Path

from local.cluster.layout import HOST_ADDRESS, HOST_LINK, NETNS, Cluster, Node
from local.cluster.run import run, succeeds

LINKS = Path("/sys/class/net")
# The machine's own services, all clusters' nodes, pods and services: what a node may look for.
REACHABLE = ("10.76.0.0/15", "10.80.0.0/12", "10.96.0.0/12")


def connect_host() -> None:
    """The link with the registry's address: a bridge to nothing, as some kernels lack dummies."""
    if not _has_link(HOST_LINK):
        run("ip", "link", "add", HOST_LINK, "type", "bridge")
    run("ip", "address", "replace", f"{HOST_ADDRESS}/32", "dev", HOST_LINK)
    run("ip", "link", "set", HOST_LINK, "up")


def connect(cluster: Cluster) -> None:
    """The bridge and all nodes of a cluster, or what is missing of them."""
    bridge = cluster.bridge
    if not _has_link(bridge):
        run("ip", "link", "add", bridge, "type", "bridge")
    run("ip", "address", "replace", f"{cluster.gateway}/24", "dev", bridge)
    run("ip", "link", "set", bridge, "up")
    Path(f"/proc/sys/net/ipv4/conf/{bridge}/forwarding").write_text("1")
    for node in cluster.nodes:
        _connect_node(node)
        run("ip", "route", "replace", node.pod_range, "via", node.address)


def disconnect(cluster: Cluster) -> None:
    """Remove the cluster's namespaces and links; routes and rules inside go with them."""
    for node in cluster.nodes:
        disconnect_node(node)
    remove_link(cluster.bridge)


def disconnect_node(node: Node) -> None:
    """Remove a node's namespace and its cable."""
    remove_link(node.link)
    remove_namespace(NETNS / node.netns)


def remove_namespace(path: Path) -> None:
    """Remove a network namespace, or the mere file that a reboot leaves of it."""
    if os.path.ismount(path):
        run("ip", "netns", "delete", path.name)
    path.unlink(missing_ok=True)


def namespaces(prefix: str) -> list[Path]:
    """The network namespaces of this prefix, or the files that a reboot left of them."""
    return sorted(NETNS.glob(f"{prefix}*"))


def links(prefix: str) -> list[str]:
    """The host's links of this prefix."""
    return sorted(path.name for path in LINKS.glob(f"{prefix}*"))


def remove_link(name: str) -> None:
    """Remove a link, if it is there."""
    if _has_link(name):
        run("ip", "link", "delete", name)


def _connect_node(node: Node) -> None:
    path = NETNS / node.netns
    if not os.path.ismount(path):
        remove_namespace(path)
        run("ip", "netns", "add", node.netns)
    inside = ("ip", "-n", node.netns)
    if not succeeds(*inside, "link", "show", "eth0"):
        cable = ("type", "veth", "peer", "name", "eth0", "netns", node.netns)
        run("ip", "link", "add", node.link, *cable)
    run("ip", "link", "set", node.link, "master", node.cluster.bridge, "up")
    run(*inside, "link", "set", "lo", "up")
    run(*inside, "address", "replace", f"{node.address}/24", "dev", "eth0")
    run(*inside, "link", "set", "eth0", "up")
    run(*inside, "route", "replace", "unreachable", "default")
    for reachable in REACHABLE:
        run(*inside, "route", "replace", reachable, "via", node.cluster.gateway)
    for other in node.cluster.nodes:
        if other != node:
            run(*inside, "route", "replace", other.pod_range, "via", other.address)
    settings = ("net.ipv4.ip_forward=1", "net.bridge.bridge-nf-call-iptables=1")
    run("nsenter", f"--net={path}", "sysctl", "-qw", *settings)


def _has_link(name: str) -> bool:
    return (LINKS / name).exists()
