"""Where the witness and the edge live: a network namespace of their own, beside the clusters'."""

import os
from pathlib import Path

from local.cluster.layout import NETNS
from local.cluster.network import remove_link, remove_namespace
from local.cluster.run import run, succeeds
from local.paths import STATE

GROUP = "edge"
BRIDGE = "bw-edge"
LINK = "bw-edge-1"
NETWORK = "bw-edge"
GATEWAY = "10.76.1.1"
ADDRESS = "10.76.1.2"
# All clusters' nodes and pods.
REACHABLE = ("10.77.0.0/16", "10.80.0.0/12")

HOME = STATE / "edge"
PATH = NETNS / NETWORK


def connect() -> None:
    """The bridge, the namespace and its cable, or what is missing of them."""
    if not succeeds("ip", "link", "show", BRIDGE):
        run("ip", "link", "add", BRIDGE, "type", "bridge")
    run("ip", "address", "replace", f"{GATEWAY}/24", "dev", BRIDGE)
    run("ip", "link", "set", BRIDGE, "up")
    Path(f"/proc/sys/net/ipv4/conf/{BRIDGE}/forwarding").write_text("1")
    if not os.path.ismount(PATH):
        remove_namespace(PATH)
        run("ip", "netns", "add", NETWORK)
    inside = ("ip", "-n", NETWORK)
    if not succeeds(*inside, "link", "show", "eth0"):
        cable = ("type", "veth", "peer", "name", "eth0", "netns", NETWORK)
        run("ip", "link", "add", LINK, *cable)
    run("ip", "link", "set", LINK, "master", BRIDGE, "up")
    run(*inside, "link", "set", "lo", "up")
    run(*inside, "address", "replace", f"{ADDRESS}/24", "dev", "eth0")
    run(*inside, "link", "set", "eth0", "up")
    run(*inside, "route", "replace", "unreachable", "default")
    for reachable in REACHABLE:
        run(*inside, "route", "replace", reachable, "via", GATEWAY)


def disconnect() -> None:
    """Remove the namespace and the links."""
    remove_link(LINK)
    remove_namespace(PATH)
    remove_link(BRIDGE)
