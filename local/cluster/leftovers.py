"""Everything of ours that is on the machine, in words. After `down all` there must be nothing."""

from local.cluster import cgroups, marks, mounts, network, strays, sysctls
from local.cluster.cleanup import PREFIX
from local.cluster.layout import RUN
from local.paths import STATE


def leftovers() -> list[str]:
    """A line for each thing.

    Firewall rules and ipsets are not looked for: ours live in network namespaces only, and go
    with them.
    """
    pids = {*marks.marked(), *cgroups.processes(cgroups.OURS)}
    return [
        *(f"process {pid}" for pid in sorted(pids) if marks.alive(pid)),
        *(f"mount {path}" for path in mounts.below(STATE, RUN)),
        *(f"network namespace {path.name}" for path in network.namespaces(PREFIX)),
        *(f"network link {name}" for name in network.links(PREFIX)),
        *(f"cgroup {path}" for path in cgroups.present()),
        *(f"file {path}" for path in strays.found()),
        *(f"sysctl {name}" for name in sysctls.changed()),
        *([f"folder {RUN}"] if RUN.exists() else []),
    ]
