"""Everything of ours that is on the machine, in words. After `down all` there must be nothing."""

from local.cluster import cgroups, marks, mounts, network, sysctls
from local.cluster.cleanup import PREFIX
from local.cluster.layout import NETNS, RUN
from local.paths import STATE


def leftovers() -> list[str]:
    """A line for each thing.

    Firewall rules and ipsets are not looked for: ours live in network namespaces only, and go
    with them.
    """
    namespaces = NETNS.glob(f"{PREFIX}*") if NETNS.exists() else ()
    pids = {*marks.marked(), *cgroups.processes(cgroups.OURS)}
    return [
        *(f"process {pid}" for pid in sorted(pids) if marks.alive(pid)),
        *(f"mount {path}" for path in mounts.below(STATE, RUN)),
        *(f"network namespace {path.name}" for path in namespaces),
        *(f"network link {name}" for name in network.links(PREFIX)),
        *(f"cgroup {path}" for path in cgroups.present()),
        *(f"sysctl {name}" for name in sysctls.changed()),
        *([f"folder {RUN}"] if RUN.exists() else []),
    ]
