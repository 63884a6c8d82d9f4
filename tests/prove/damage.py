"""Backups spoilt on purpose, in the object store's own volume, and mended afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.e2e.parts import LEDGER, OBJECTS
from tests.e2e.pods import execute
from tests.e2e.stack import RunningStack
from tests.prove.errors import ProveError

BUCKET = "/data/buckets/backups"
SAVED = "/data/saved"

# A hundred bytes in the middle are turned over: as a disk does it, without a word.
FLIPPED = """\
size=$(stat -c %s "$1")
dd if="$1" bs=1 skip=$((size / 2)) count=100 2>/dev/null | tr '\\000-\\377' '\\377\\000-\\376' \
    | dd of="$1" bs=1 seek=$((size / 2)) conv=notrunc 2>/dev/null
"""
TRUNCATED = 'truncate -s $(($(stat -c %s "$1") / 2)) "$1"'
GONE = 'rm "$1"'

DAMAGES = {
    "a hundred bytes of the newest base backup turned over": ("data", FLIPPED),
    "the newest base backup cut in half": ("data", TRUNCATED),
    "a piece of the log that it needs is gone": ("wal", GONE),
}
"""What is done, to which file, by which command."""


@contextmanager
def damaged(stack: RunningStack, what: str, backup: dict[str, str]) -> Iterator[str]:
    """The file that is spoilt for as long as the block lasts. Its attributes stay with it."""
    kind, command = DAMAGES[what]
    file = _data(stack, backup) if kind == "data" else _log(stack, backup)
    shell(stack, f'cp -a "$1" {SAVED}', file)
    shell(stack, command, file)
    try:
        yield file.removeprefix(f"{BUCKET}/")
    finally:
        shell(stack, f'cp -a {SAVED} "$1" && rm {SAVED}', file)


def _data(stack: RunningStack, backup: dict[str, str]) -> str:
    """The archive of a base backup."""
    return _one(stack, f"{BUCKET}/{LEDGER}/base/{backup['backupId']}/data.tar*")


def _log(stack: RunningStack, backup: dict[str, str]) -> str:
    """The piece of the log in which a base backup ends."""
    return _one(stack, f"{BUCKET}/{LEDGER}/wals/*/{backup['endWal']}*")


def _one(stack: RunningStack, pattern: str) -> str:
    found = shell(stack, f'for each in {pattern}; do [ -f "$each" ] && echo "$each"; done').split()
    if len(found) != 1:
        raise ProveError(f"{len(found)} files fit {pattern} in the object store, not one")
    return found[0]


def shell(stack: RunningStack, script: str, *arguments: str) -> str:
    """What a few lines print in the object store's pod."""
    pod = OBJECTS.pods(stack)[0]
    return execute(stack, pod, OBJECTS.container, "sh", "-ec", script, "sh", *arguments)
