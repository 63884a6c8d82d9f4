"""Backups spoilt on purpose, and mended afterwards."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.e2e.stack import RunningStack
from tests.prove.bucket_files import BUCKET, data_of, log_of, shell

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
    "a hundred bytes of the newest base backup turned over": (data_of, FLIPPED),
    "the newest base backup cut in half": (data_of, TRUNCATED),
    "a piece of the log that it needs is gone": (log_of, GONE),
}
"""What is done, to which file, by which command."""


@contextmanager
def damaged(stack: RunningStack, what: str, backup: Mapping[str, Any]) -> Iterator[str]:
    """The file that is spoilt for as long as the block lasts. Its attributes stay with it."""
    file_of, command = DAMAGES[what]
    file = file_of(stack, backup)
    shell(stack, f'cp -a "$1" {SAVED}', file)
    shell(stack, command, file)
    try:
        yield file.removeprefix(f"{BUCKET}/")
    finally:
        shell(stack, f'cp -a {SAVED} "$1" && rm {SAVED}', file)
