"""The few kernel settings that a kubelet changes for the whole machine: noted, and given back."""

import json
from pathlib import Path

from local.paths import STATE

KERNEL = Path("/proc/sys")
RECORD = STATE / "sysctls.json"
# kubelet sets these when it starts; the rest of what we need lies inside network namespaces.
CHANGED = (
    "kernel/keys/root_maxbytes",
    "kernel/keys/root_maxkeys",
    "kernel/panic",
    "kernel/panic_on_oops",
    "vm/overcommit_memory",
    "vm/panic_on_oom",
)


def record() -> None:
    """Note the settings as they are, once, before the first cluster."""
    if RECORD.exists():
        return
    RECORD.parent.mkdir(parents=True, exist_ok=True)
    RECORD.write_text(json.dumps({name: current(name) for name in CHANGED}))


def restore() -> None:
    """Give back what was noted."""
    for name in changed():
        (KERNEL / name).write_text(json.loads(RECORD.read_text())[name])
    RECORD.unlink(missing_ok=True)


def changed() -> list[str]:
    """The settings that differ from what was noted."""
    if not RECORD.exists():
        return []
    before = json.loads(RECORD.read_text())
    return [name for name, value in before.items() if current(name) != value]


def current(name: str) -> str:
    """The setting's value now."""
    return (KERNEL / name).read_text().strip()
