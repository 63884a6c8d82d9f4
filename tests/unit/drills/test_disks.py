import errno
from pathlib import Path
from typing import Self

import pytest

from tests.drills.faults import disks

ROOM = 5 * 2**20 + 3 * 2**12


class Small:
    """A disk with so much room, written to as a file is."""

    def __init__(self) -> None:
        self.left = ROOM

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def write(self, block: bytes) -> int:
        if len(block) > self.left:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.left -= len(block)
        return len(block)


def test_a_disk_is_filled_to_its_last_block(monkeypatch: pytest.MonkeyPatch) -> None:
    small = Small()
    monkeypatch.setattr(Path, "open", lambda *_, **__: small)

    disks.fill(Path("ballast"))

    assert small.left == 0
