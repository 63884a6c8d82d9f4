"""What a cluster could leave on a machine.

Written apart from the engine that cleans up, so that the two cannot share a blind spot.
"""

import re
from dataclasses import dataclass, fields
from pathlib import Path

from tests.prove import kernel

FOLDERS = [
    Path("/etc/cni/net.d"),
    Path("/etc/kubernetes"),
    Path("/opt/cni"),
    Path("/run"),
    Path("/var/lib"),
    Path("/var/lib/cni"),
    Path("/var/lib/kubelet"),
    Path("/var/log/containers"),
    Path("/var/log/pods"),
]
"""Where Kubernetes programs put things when nobody tells them otherwise."""

MARKS = re.compile(r"\bbw-|bulwark|kube|KUBE|cni|CNI|containerd|\b10\.(7[67]|8\d|9[6-9])\.")
"""What bears our names, Kubernetes' or our addresses."""


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """One machine state: per kind a set of things, named so that a difference tells itself."""

    processes: frozenset[str]
    mounts: frozenset[str]
    namespaces: frozenset[str]
    links: frozenset[str]
    routes: frozenset[str]
    cgroups: frozenset[str]
    nftables: frozenset[str]
    iptables: frozenset[str]
    ipsets: frozenset[str]
    sysctls: frozenset[str]
    files: frozenset[str]

    @classmethod
    def take(cls) -> "Snapshot":
        """The machine now."""
        return cls(
            processes=frozenset(kernel.cluster_processes()),
            mounts=frozenset(kernel.mounts()),
            namespaces=frozenset(str(path) for path in kernel.inside(Path("/run/netns"))),
            links=frozenset(kernel.links()),
            routes=frozenset(kernel.routes()),
            cgroups=frozenset(kernel.cgroups()),
            nftables=frozenset(kernel.nftables()),
            iptables=frozenset(kernel.iptables()),
            ipsets=frozenset(kernel.ipsets()),
            sysctls=frozenset(kernel.sysctls()),
            files=frozenset(str(path) for folder in FOLDERS for path in kernel.inside(folder)),
        )


def left_behind(before: Snapshot, after: Snapshot) -> dict[str, list[str]]:
    """What is there afterwards and was not before, by kind. Empty when nothing is."""
    found = {
        field.name: sorted(getattr(after, field.name) - getattr(before, field.name))
        for field in fields(Snapshot)
    }
    # A module that was loaded brings new settings; only one that was there can have changed.
    known = {_setting(line) for line in before.sysctls}
    found["sysctls"] = [line for line in found["sysctls"] if _setting(line) in known]
    return {kind: things for kind, things in found.items() if things}


def ours(snapshot: Snapshot) -> dict[str, list[str]]:
    """What bears our marks, even where an earlier snapshot has it too."""
    marked = {
        field.name: sorted(t for t in getattr(snapshot, field.name) if MARKS.search(t))
        for field in fields(Snapshot)
        if field.name not in {"processes", "sysctls", "files"}
    }
    # These processes were chosen by where they live; their names need no mark.
    found = {"processes": sorted(snapshot.processes)} | marked
    return {kind: things for kind, things in found.items() if things}


def _setting(line: str) -> str:
    return line.partition(" = ")[0]
