"""What runs on this machine, and what it takes."""

import time
from pathlib import Path

from local.cluster import raising, roster, supervisor
from local.cluster.condition import condition
from local.cluster.layout import API_PORT, Cluster
from local.cluster.leftovers import leftovers
from local.progress import duration, size, table

MEGABYTE = 1e6
NOTHING = "-"


def status() -> None:
    """Print clusters, then processes; with no cluster, what is left of one, if anything is."""
    clusters = roster.known()
    if not clusters:
        print("no cluster; `make up` raises one")
        if left := leftovers():
            print(
                f"left over: {left[0]} and {len(left) - 1} more; `python -m local down all` clears"
            )
        return
    print(table([CLUSTER_HEADING, *(_cluster(cluster) for cluster in clusters)]))
    print()
    print(table([PROCESS_HEADING, *_processes()]))


CLUSTER_HEADING = ("CLUSTER", "CONDITION", "NODES", "API", "READY IN", "RESIDENT")


def _cluster(cluster: Cluster) -> tuple[str, ...]:
    seconds = raising.seconds_to_ready(cluster)
    return (
        cluster.name,
        condition(cluster),
        str(cluster.size),
        f"https://{cluster.api_address}:{API_PORT}",
        NOTHING if seconds is None else f"{seconds:.1f}s",
        size(resident(cluster)),
    )


PROCESS_HEADING = ("PROCESS", "STATE", "PID", "RESIDENT", "SINCE")


def _processes() -> list[tuple[str, ...]]:
    return [
        (
            name,
            info["statename"].lower(),
            str(info["pid"] or NOTHING),
            size(_resident(info["pid"])) if info["pid"] else NOTHING,
            duration(time.time() - info["start"]) if info["pid"] else NOTHING,
        )
        for name, info in sorted(supervisor.processes().items())
    ]


def resident(cluster: Cluster) -> float:
    """Megabytes that the control plane and the nodes' agents hold in memory together."""
    infos = supervisor.processes().values()
    return sum(_resident(info["pid"]) for info in infos if info["group"] in cluster.parts)


def _resident(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    kilobytes = next((line.split()[1] for line in lines if line.startswith("VmRSS")), "0")
    return int(kilobytes) * 1024 / MEGABYTE
