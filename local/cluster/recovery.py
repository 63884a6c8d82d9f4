"""A reboot takes processes and networks away and leaves their files: noticed, and set right."""

from pathlib import Path

from local.cluster.cleanup import sweep
from local.paths import STATE

RECORD = STATE / "boot"
BOOT = Path("/proc/sys/kernel/random/boot_id")


def stale() -> bool:
    """Whether what is on disk was written before the machine last started."""
    return RECORD.exists() and RECORD.read_text() != BOOT.read_text()


def recover() -> None:
    """Clear what a reboot left; etcd's and containerd's state stay and are used again."""
    if stale():
        print("the machine was restarted; recovering", flush=True)
        sweep()
    RECORD.parent.mkdir(parents=True, exist_ok=True)
    RECORD.write_text(BOOT.read_text())
