"""The files of the archive as they lie in the object store's own volume."""

from collections.abc import Mapping
from typing import Any

from tests.e2e import timeouts
from tests.e2e.parts import LEDGER, OBJECTS
from tests.e2e.pods import execute
from tests.e2e.stack import RunningStack
from tests.e2e.waiting import until
from tests.prove.errors import ProveError

BUCKET = "/data/buckets/backups"
BASES = f"{BUCKET}/{LEDGER}/base"
LOG = f"{BUCKET}/{LEDGER}/wals"


def data_of(stack: RunningStack, backup: Mapping[str, Any]) -> str:
    """The file with the data of a base backup."""
    file = _one(stack, f"{BASES}/{backup['backupId']}/data.tar*")
    if file is None:
        raise ProveError(f"backup {backup['backupId']} has no data in the object store")
    return file


def log_of(stack: RunningStack, backup: Mapping[str, Any]) -> str:
    """The piece of the log in which a base backup ends: it comes a little after the backup."""
    piece = f"{LOG}/*/{backup['endWal']}"
    return until(
        lambda: _one(stack, f"{piece} {piece}.snappy"),
        within=timeouts.ARCHIVED,
        what=f"{backup['endWal']} is archived",
    )


def discard(stack: RunningStack, backup: Mapping[str, Any]) -> None:
    """Take a base backup away that was made to be measured: the volume is the machine's disk."""
    shell(stack, 'rm -r "$1"', f"{BASES}/{backup['backupId']}")


def shell(stack: RunningStack, script: str, *arguments: str) -> str:
    """What a few lines print in the object store's pod."""
    pod = OBJECTS.pods(stack)[0]
    return execute(stack, pod, OBJECTS.container, "sh", "-ec", script, "sh", *arguments)


def _one(stack: RunningStack, patterns: str) -> str | None:
    """The only file that fits, or none."""
    found = shell(stack, f'for it in {patterns}; do [ ! -f "$it" ] || echo "$it"; done').split()
    if len(found) > 1:
        raise ProveError(f"{len(found)} files fit {patterns} in the object store, not one")
    return found[0] if found else None
