"""What others' programs write outside the folders that we give them, because they know no other."""

import shutil
from pathlib import Path

from local.cluster import marks
from local.cluster.pod_network import NETWORK
from local.paths import STATE

LOG_LINKS = Path("/var/log/containers")  # kubelet, for log shippers
NETWORK_RESULTS = Path("/var/lib/cni/results")  # the CNI library
DEVICE_PLUGINS = Path("/var/lib/kubelet/device-plugins")  # kubelet


def found() -> list[Path]:
    """The strays that belong to no running cluster."""
    running = set(marks.marked().values())
    results = (p for p in NETWORK_RESULTS.glob(f"{NETWORK}-*") if not _of(p, running))
    links = (p for p in LOG_LINKS.glob("*") if p.is_symlink() and _is_dead(p))
    sockets = [] if _kubelet_runs() else list(DEVICE_PLUGINS.parent.glob(DEVICE_PLUGINS.name))
    return [*results, *links, *sockets]


def remove() -> None:
    """Remove them, and the folders that become empty."""
    for path in found():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for folder in (LOG_LINKS, NETWORK_RESULTS, NETWORK_RESULTS.parent, DEVICE_PLUGINS.parent):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _of(result: Path, running: set[str]) -> bool:
    return any(result.name.startswith(f"{NETWORK}-{node}-") for node in running)


def _is_dead(link: Path) -> bool:
    return link.readlink().is_relative_to(STATE) and not link.exists()


def _kubelet_runs() -> bool:
    """Any kubelet: the machine may have one that is not ours."""
    return any(marks.name_of(int(at.name)) == "kubelet" for at in Path("/proc").glob("[0-9]*"))
