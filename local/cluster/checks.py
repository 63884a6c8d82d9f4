"""What must hold before a cluster can start, each said in one line where it does not."""

import ipaddress
import json
import os
import shutil
import socket
from pathlib import Path
from typing import Any

from local.cluster import marks
from local.cluster.layout import HOST_ADDRESS, REGISTRY_PORT, Cluster
from local.cluster.run import run
from local.errors import EngineError
from local.paths import STATE

NEEDED_GIGABYTES = 6
GIGABYTE = 1e9
OURS = ("bw-", "pods")
REGISTRY_RANGE = f"{HOST_ADDRESS}/32"

Network = ipaddress.IPv4Network


def root() -> None:
    """Namespaces, mounts and cgroups need it."""
    if os.geteuid() != 0:
        raise EngineError("not root; network namespaces, mounts and cgroups need it: use sudo")


def alone() -> None:
    """One engine per machine: two would take each other's networks and cgroups."""
    for state in marks.strangers():
        raise EngineError(
            f"another engine runs on this machine, with its state in {state};"
            f" use it, or stop it: `BULWARK_STATE={state} python -m local down all`"
        )


def disk(clusters: int = 1) -> None:
    """Room for the images, logs and volumes of so many more clusters."""
    place = next(path for path in (STATE, *STATE.parents) if path.exists())
    free = shutil.disk_usage(place).free / GIGABYTE
    needed = NEEDED_GIGABYTES * clusters
    if free < needed:
        raise EngineError(
            f"disk short: {place} has {free:.1f} GB free, a cluster needs {needed} GB;"
            " free some or set BULWARK_STATE to a folder elsewhere"
        )


def addresses(cluster: Cluster) -> None:
    """None of the cluster's ranges may be in use by something that is not ours."""
    ranges = [REGISTRY_RANGE, cluster.node_range, cluster.pod_range, cluster.service_range]
    for ours in (Network(each) for each in ranges):
        for theirs, link in _foreign():
            # A wider route, such as a VPN's 10.0.0.0/8, is no conflict: the narrower one wins.
            if theirs.subnet_of(ours):
                raise EngineError(
                    f"addresses {ours} of {cluster.name} are taken: {theirs} is on {link}; free it"
                )


def registry_port() -> None:
    """Whether the registry can listen; asked while it does not."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST_ADDRESS, REGISTRY_PORT))
        except OSError as error:
            raise EngineError(
                f"port {REGISTRY_PORT} of {HOST_ADDRESS} is taken ({error.strerror});"
                f" `ss -ltnp 'sport = {REGISTRY_PORT}'` shows by whom; stop it"
            ) from None


def kernel() -> None:
    """What a node needs of the kernel; asked for where it comes as a module."""
    if shutil.which("modprobe") and not Path("/proc/sys/net/bridge").exists():
        run("modprobe", "-a", "br_netfilter", "overlay", "nf_conntrack")
    if not Path("/proc/sys/net/bridge").exists():
        raise EngineError(
            "the kernel has no br_netfilter, without which no network policy is enforced;"
            " load or install that module"
        )


def _foreign() -> list[tuple[Network, str]]:
    """Addresses and routes on links that are not ours."""
    routes = [(r["dst"], r.get("dev", "no link")) for r in _ip("route")]
    held = [
        (f"{a['local']}/32", link["ifname"]) for link in _ip("address") for a in link["addr_info"]
    ]
    return [
        (Network(network, strict=False), link)
        for network, link in (*routes, *held)
        if network != "default" and not link.startswith(OURS)
    ]


def _ip(what: str) -> list[dict[str, Any]]:
    return list(json.loads(run("ip", "-4", "-json", what, "show") or "[]"))
