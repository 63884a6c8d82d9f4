"""The files of the archive as they lie in the object store's own volume."""

from collections.abc import Mapping
from typing import Any

from tests.e2e.parts import LEDGER, OBJECTS
from tests.e2e.pods import execute
from tests.e2e.stack import RunningStack
from tests.prove.errors import ProveError

BUCKET = "/data/buckets/backups"
BASES = f"{BUCKET}/{LEDGER}/base"
LOG = f"{BUCKET}/{LEDGER}/wals"


def data_of(stack: RunningStack, backup: Mapping[str, Any]) -> str:
    """The file with the data of a base backup."""
    return _one(stack, f"{BASES}/{backup['backupId']}/data.tar*")


def log_of(stack: RunningStack, backup: Mapping[str, Any]) -> str:
    """The piece of the log in which a base backup ends."""
    return _one(stack, f"{LOG}/*/{backup['endWal']}*")


def discard(stack: RunningStack, backup: Mapping[str, Any]) -> None:
    """Take a base backup away that was made to be measured: the volume is the machine's disk."""
    shell(stack, 'rm -r "$1"', f"{BASES}/{backup['backupId']}")


def shell(stack: RunningStack, script: str, *arguments: str) -> str:
    """What a few lines print in the object store's pod."""
    pod = OBJECTS.pods(stack)[0]
    return execute(stack, pod, OBJECTS.container, "sh", "-ec", script, "sh", *arguments)


def _one(stack: RunningStack, pattern: str) -> str:
    found = shell(stack, f'for each in {pattern}; do [ -f "$each" ] && echo "$each"; done').split()
    if len(found) != 1:
        raise ProveError(f"{len(found)} files fit {pattern} in the object store, not one")
    return found[0]
