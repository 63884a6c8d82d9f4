"""`up`: from nothing, from a half, or from a whole, to a cluster that serves."""

from local import host, registry, tools
from local.cluster import (
    base,
    certificates,
    cgroups,
    checks,
    control_plane,
    health,
    network,
    node_agents,
    recovery,
    roster,
    supervisor,
    sysctls,
)
from local.cluster.layout import Cluster
from local.cluster.lock import alone
from local.cluster.program import Program
from local.progress import Progress

PACKAGES = (
    "conntrack",
    "containernetworking-plugins",
    "iproute2",
    "ipset",
    "iptables",
    "mount",
    "nftables",
    "procps",
    "util-linux",
)
EARLY = ("etcd", "kube-apiserver", "containerd")
STEPS = {"network": 1, "certificates": 3, "control plane": 8, "nodes": 8, "base": 15}
"""Seconds on 2 cores."""


def up(name: str, size: int | None = None) -> None:
    """Make the cluster be whole; what already is stays as it is."""
    checks.root()
    with alone():
        recovery.recover()
        cluster = roster.planned(name, size)
        _prepare(cluster)
        _start(cluster)


def _prepare(cluster: Cluster) -> None:
    """All that can be wrong with the machine is found here, before anything is made."""
    if not cluster.home.exists():
        checks.disk()
    host.install(*PACKAGES)
    checks.kernel()
    checks.addresses(cluster)
    tools.build("cluster")
    roster.enter(cluster)


def _start(cluster: Cluster) -> None:
    progress = Progress(STEPS)
    with progress.step("network"):
        sysctls.record()
        network.connect_host()
        network.connect(cluster)
        for node in cluster.nodes:
            cgroups.prepare(node)
    with progress.step("certificates"):
        certificates.ensure(cluster, tools.TOOLS["kubernetes"].version)
    plane = control_plane.programs(cluster)
    agents = [program for node in cluster.nodes for program in node_agents.programs(node)]
    with progress.step("control plane"):
        supervisor.ensure()
        _start_registry()
        supervisor.declare([*plane, *agents])
        # The rest would only ask in vain until the API answers.
        supervisor.start([program for program in (*plane, *agents) if program.name in EARLY])
        health.wait_api(cluster)
    with progress.step("nodes"):
        base.ensure(cluster)
        supervisor.start([*plane, *agents])
        health.wait_nodes(cluster)
    with progress.step("base"):
        base.wait_ready(cluster)


def _start_registry() -> None:
    program = Program(
        group="machine",
        name="registry",
        command=tuple(registry.command()),
        reads=(registry.ensure_config(),),
    )
    if supervisor.processes().get(program.full_name, {}).get("statename") != "RUNNING":
        checks.registry_port()
    supervisor.declare([program])
    supervisor.start([program])
