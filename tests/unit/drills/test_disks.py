import errno
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Self, cast

import pytest

from tests.drills.faults import disks
from tests.drills.scene import Scene

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


class Claims:
    """The API server, as far as an instance's claim and pod are concerned."""

    def __init__(self, *uids: str) -> None:
        self.seen = [SimpleNamespace(metadata=SimpleNamespace(uid=uid)) for uid in uids]
        self.deleted: list[str] = []

    def read_namespaced_persistent_volume_claim(self, *_: str) -> SimpleNamespace:
        return self.seen[0]

    def delete_namespaced_persistent_volume_claim(self, *_: str) -> None:
        self.deleted.append("claim")

    def delete_namespaced_pod(self, *_: str) -> None:
        self.deleted.append("pod")

    def list_namespaced_persistent_volume_claim(self, _: str) -> SimpleNamespace:
        return SimpleNamespace(items=[self.seen.pop(0)])


def test_an_instance_is_gone_when_a_claim_of_its_name_is_another_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    core = Claims("old", "old", "new")
    asked: list[str] = []
    monkeypatch.setattr(disks, "sql", lambda _, query: asked.append(query))
    stack = SimpleNamespace(core=core, namespace="fraud")

    disks._retire(cast("Scene", SimpleNamespace(stack=stack)), "ledger-2")

    assert asked == ["CHECKPOINT"]
    assert core.deleted == ["claim", "pod"]
    assert not core.seen
