"""A disk that is full: the primary's alone, in a file system of its own that is small.

An instance is made anew on it under its old name, by a volume that was promised to that name, and
becomes the primary. The machine's own disk only holds the file behind it.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kubernetes.client import ApiException

from local.cluster import mounts
from local.cluster.layout import Node
from local.cluster.run import run
from tests.drills.clock import now
from tests.drills.faults.switchover import move_to
from tests.drills.health import wait_whole
from tests.drills.scene import Scene
from tests.e2e import timeouts
from tests.e2e.parts import STANDBY, postgres, sql
from tests.e2e.waiting import until

SIZE_MIB = 1536
FULL = 20.0
"""Seconds that the disk stays full once a write has failed."""
BALLAST = "ballast"
PREFIX = "drill-"
POSTGRES_USER = 26


@dataclass(frozen=True)
class Disk:
    """The small file system of one instance. It lies with its node, so it goes with that too."""

    instance: str
    node: Node

    @property
    def volume(self) -> str:
        """Its name in Kubernetes."""
        return f"{PREFIX}{self.instance}"

    @property
    def folder(self) -> Path:
        """Where it is mounted."""
        return self.node.home / self.volume

    @property
    def image(self) -> Path:
        """The file behind it."""
        return self.node.home / f"{self.volume}.img"

    @property
    def data(self) -> Path:
        """The instance's own folder within: beside `lost+found` Postgres would not live."""
        return self.folder / "data"

    def make(self) -> None:
        """An empty file system of its size."""
        self.folder.mkdir(parents=True, exist_ok=True)
        run("truncate", f"--size={SIZE_MIB}M", self.image)
        run("mkfs.ext4", "-q", "-m", "0", self.image)
        run("mount", "-o", "loop", self.image, self.folder)
        self.data.mkdir()
        run("chown", f"{POSTGRES_USER}:{POSTGRES_USER}", self.data)

    def remove(self) -> None:
        """The file system with all that is in it."""
        mounts.unmount(self.folder)
        self.folder.rmdir()
        self.image.unlink()


def arrange(scene: Scene) -> None:
    """The primary is an instance on a small disk."""
    tidy(scene)
    replica = STANDBY.pods(scene.stack)[0]
    # The operator gives a new instance the first number that is free: the retired one's own.
    disk = Disk(replica.metadata.name, scene.node_of(replica))
    core = scene.stack.core
    disk.make()
    core.create_persistent_volume(promised(scene, disk))
    _retire(scene, disk.instance)
    until(
        lambda: core.read_persistent_volume(disk.volume).status.phase == "Bound",
        within=timeouts.RECOVERY,
        what=f"{disk.instance} is made on its disk",
    )
    wait_whole(scene.stack)
    move_to(scene, disk.instance)


@contextmanager
def full(scene: Scene) -> Iterator[None]:
    """Something else takes all that is left of the disk, and gives it back."""
    primary = scene.primary()
    ballast = Disk(primary.metadata.name, scene.node_of(primary)).folder / BALLAST
    scene.struck("the primary's disk is full")
    try:
        fill(ballast)
        yield
    finally:
        ballast.unlink()
        scene.note("there is room again")


def over(scene: Scene) -> bool:
    """Whether writing has failed for long enough."""
    told = [it for it in scene.clients.since(scene.fault) if it.kind == "tell"]
    failed = min((it.answered for it in told if not it.acknowledged), default=now())
    return now() - failed > FULL


def tidy(scene: Scene) -> None:
    """An instance on a small disk makes way for an ordinary one, and the disk goes."""
    for node in scene.cluster.nodes:
        for folder in node.home.glob(f"{PREFIX}*"):
            if folder.is_mount():
                _replace(scene, Disk(folder.name.removeprefix(PREFIX), node))


def _replace(scene: Scene, disk: Disk) -> None:
    if scene.primary().metadata.name == disk.instance:
        move_to(scene, STANDBY.pods(scene.stack)[0].metadata.name)
    with suppress(ApiException):  # It may have gone in a drill that was broken off.
        _retire(scene, disk.instance)
    wait_whole(scene.stack)
    with suppress(ApiException):
        scene.stack.core.delete_persistent_volume(disk.volume)
    disk.remove()


def fill(file: Path) -> None:
    """Write until nothing more fits, down to the last block."""
    for block in (2**20, 2**12):
        with file.open("ab", buffering=0) as out, suppress(OSError):
            while out.write(bytes(block)):
                pass


def promised(scene: Scene, disk: Disk) -> dict[str, Any]:
    """A volume that only this instance's claim can have."""
    claims = scene.stack.core.list_namespaced_persistent_volume_claim(scene.stack.namespace).items
    ours = next(it for it in claims if it.metadata.name.startswith(f"{scene.postgres_name()}-"))
    here = {"key": "kubernetes.io/hostname", "operator": "In", "values": [disk.node.name]}
    return {
        "metadata": {"name": disk.volume},
        "spec": {
            "capacity": {"storage": postgres(scene.stack)["spec"]["storage"]["size"]},
            "accessModes": ["ReadWriteOnce"],
            "persistentVolumeReclaimPolicy": "Retain",
            "storageClassName": ours.spec.storage_class_name,
            "claimRef": {"namespace": scene.stack.namespace, "name": disk.instance},
            "hostPath": {"path": str(disk.data)},
            "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [here]}]}},
        },
    }


def _retire(scene: Scene, instance: str) -> None:
    """An instance goes with its disk: the operator makes a new one, with a claim of that name.

    A clone begins with a checkpoint, which is spread over minutes if there is much to write. One
    that is made at once leaves it little.
    """
    sql(scene.stack, "CHECKPOINT")
    core, home = scene.stack.core, scene.stack.namespace
    claim = core.read_namespaced_persistent_volume_claim(instance, home).metadata.uid
    core.delete_namespaced_persistent_volume_claim(instance, home)
    core.delete_namespaced_pod(instance, home)

    def gone() -> bool:
        claims = core.list_namespaced_persistent_volume_claim(home).items
        return all(it.metadata.uid != claim for it in claims)

    until(gone, within=timeouts.GONE, what=f"{instance} is gone, its disk too")
