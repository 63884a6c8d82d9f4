"""`up`: from nothing, from a half, or from a whole, to a cluster that serves."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

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
from local.cluster.condition import Condition, condition
from local.cluster.files import write
from local.cluster.layout import HOST_ADDRESS, REGISTRY_PORT, Cluster
from local.cluster.lock import alone
from local.cluster.lowering import PULUMI
from local.cluster.program import Program
from local.images import build as images
from local.paths import MANIFESTS
from local.progress import Progress

Step = Callable[[str], AbstractContextManager[None]]

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
READY = "ready.seconds"
EARLY = ("etcd", "kube-apiserver", "containerd")
LATE = ("kube-router",)  # the base gives it its rights
STEPS = {"network": 1, "certificates": 1, "control plane": 5, "nodes": 8, "base": 5}
"""Seconds on 2 cores."""


def up(name: str, size: int | None = None) -> None:
    """Make the cluster be whole; what already is stays as it is."""
    checks.alone()
    with alone():
        began = time.monotonic()
        recovery.recover()
        cluster = roster.planned(name, size)
        _prepare(cluster)
        if roster.same(cluster) and condition(cluster) is Condition.RUNNING:
            _raise(cluster, lambda _: nullcontext())
            print(f"{name} runs; checked in {time.monotonic() - began:.1f} s")
            return
        roster.enter(cluster)
        _raise(cluster, Progress(STEPS).step)
        print(f"{name} is up in {time.monotonic() - began:.1f} s: {cluster.kubeconfig}")


def _prepare(cluster: Cluster) -> None:
    """All that can be wrong with the machine is found here, before the cluster is begun."""
    if not cluster.home.exists():
        checks.disk()
    PULUMI.mkdir(parents=True, exist_ok=True)
    host.install(*PACKAGES)
    checks.kernel()
    checks.addresses(cluster)
    tools.build("cluster")
    network.connect_host()
    supervisor.ensure()
    _start_registry()
    images.build()  # and the tools in them, which bring the release files
    tools.release_files(MANIFESTS, *tools.with_releases())


def _raise(cluster: Cluster, step: Step) -> None:
    began = time.monotonic()
    with step("network"):
        sysctls.record()
        network.connect(cluster)
        for node in cluster.nodes:
            cgroups.prepare(node)
    with step("certificates"):
        certificates.ensure(cluster, tools.TOOLS["kubernetes"].version)
    plane = control_plane.programs(cluster)
    agents = [program for node in cluster.nodes for program in node_agents.programs(node)]
    with step("control plane"):
        supervisor.declare([*plane, *agents])
        # The rest would only ask in vain until the API answers.
        supervisor.start([program for program in (*plane, *agents) if program.name in EARLY])
        health.wait_api(cluster)
    with step("nodes"):
        supervisor.start([program for program in (*plane, *agents) if program.name not in LATE])
        base.ensure(cluster)
        supervisor.start([*plane, *agents])
        health.wait_nodes(cluster)
    if not (cluster.home / READY).exists():
        write(cluster.home / READY, f"{time.monotonic() - began:.2f}")
    with step("base"):
        base.wait_ready(cluster)


def _start_registry() -> None:
    program = Program(
        group="machine",
        name="registry",
        command=tuple(registry.command()),
        reads=(registry.ensure_config(),),
    )
    state = supervisor.processes().get(program.full_name, {}).get("statename")
    if state not in ("STARTING", "RUNNING"):
        checks.registry_port()
    supervisor.declare([program])
    supervisor.start([program])
    health.wait_port(HOST_ADDRESS, REGISTRY_PORT, part=program.full_name)


def seconds_to_ready(cluster: Cluster) -> float | None:
    """How long the cluster's first start took until all nodes were Ready."""
    path = cluster.home / READY
    return float(path.read_text()) if path.exists() else None
