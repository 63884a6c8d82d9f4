"""A disk that is full: the primary's alone, in a file system of its own that is small.

An instance is made anew on it, by a volume that was promised to that instance alone, and becomes
the primary. The machine's own disk only holds the file behind it.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from kubernetes.client import ApiException

from local.cluster import mounts
from local.cluster.run import run
from tests.drills.clock import now
from tests.drills.faults.switchover import move_to
from tests.drills.health import wait_whole
from tests.drills.scene import Scene
from tests.e2e import timeouts
from tests.e2e.parts import STANDBY, postgres
from tests.e2e.waiting import until

SIZE_MIB = 1536
FULL = 20.0
"""Seconds that the disk stays full once a write has failed."""
BALLAST = "ballast"
POSTGRES_USER = 26
BLOCK = 2**20


def arrange(scene: Scene) -> None:
    """The primary is an instance on the small disk."""
    replica = STANDBY.pods(scene.stack)[0]
    node = scene.node_of(replica)
    number = postgres(scene.stack)["status"]["latestGeneratedNode"] + 1
    instance = f"{scene.postgres_name()}-{number}"
    folder = _small_disk(scene, instance)
    _promise(scene, instance, folder, node.name)
    _retire(scene, replica.metadata.name)

    def there() -> bool:
        names = postgres(scene.stack)["status"].get("instanceNames", [])
        return instance in names

    until(there, within=timeouts.RECOVERY, what=f"{instance} is made")
    wait_whole(scene.stack)
    move_to(scene, instance)


@contextmanager
def full(scene: Scene) -> Iterator[None]:
    """Something else takes all that is left of the disk, and gives it back."""
    ballast = _mount(scene, scene.primary().metadata.name) / BALLAST
    scene.struck("the primary's disk is full")
    _fill(ballast)
    try:
        yield
    finally:
        ballast.unlink()
        scene.note("there is room again")


def over(scene: Scene) -> bool:
    """Whether writing has failed for long enough."""
    refused = [it for it in scene.clients.since(scene.fault) if it.kind == "tell"]
    failed = [it.answered for it in refused if not it.acknowledged]
    return bool(failed) and now() - failed[0] > FULL


def tidy(scene: Scene) -> None:
    """The instance on the small disk makes way for an ordinary one, and the disk goes."""
    instance = scene.primary().metadata.name
    if not _mount(scene, instance).is_mount():
        return
    move_to(scene, STANDBY.pods(scene.stack)[0].metadata.name)
    _retire(scene, instance)
    wait_whole(scene.stack)
    mounts.unmount(_mount(scene, instance))
    _image(scene, instance).unlink()
    with suppress(ApiException):
        scene.stack.core.delete_persistent_volume(_volume(instance))


def _fill(file: Path) -> None:
    """Write until nothing more fits, down to the last block."""
    with file.open("wb", buffering=0) as out, suppress(OSError):
        while True:
            out.write(bytes(BLOCK))
    with file.open("ab", buffering=0) as out, suppress(OSError):
        while True:
            out.write(bytes(4096))


def _small_disk(scene: Scene, instance: str) -> Path:
    image, folder = _image(scene, instance), _mount(scene, instance)
    folder.mkdir(parents=True, exist_ok=True)
    run("truncate", f"--size={SIZE_MIB}M", image)
    run("mkfs.ext4", "-q", "-m", "0", image)
    run("mount", "-o", "loop", image, folder)
    # Postgres' own folder within: `lost+found` would not do.
    data = folder / "data"
    data.mkdir()
    run("chown", f"{POSTGRES_USER}:{POSTGRES_USER}", data)
    return data


def _promise(scene: Scene, instance: str, folder: Path, node: str) -> None:
    """A volume that only this instance's claim can have."""
    claim = postgres(scene.stack)["spec"]["storage"]
    storage = next(
        it for it in scene.stack.core.list_namespaced_persistent_volume_claim(
            scene.stack.namespace
        ).items if it.metadata.name.startswith(f"{scene.postgres_name()}-")
    )  # fmt: skip
    here = {"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}
    volume: dict[str, Any] = {
        "metadata": {"name": _volume(instance)},
        "spec": {
            "capacity": {"storage": claim["size"]},
            "accessModes": ["ReadWriteOnce"],
            "persistentVolumeReclaimPolicy": "Retain",
            "storageClassName": storage.spec.storage_class_name,
            "claimRef": {"namespace": scene.stack.namespace, "name": instance},
            "hostPath": {"path": str(folder)},
            "nodeAffinity": {
                "required": {"nodeSelectorTerms": [{"matchExpressions": [here]}]},
            },
        },
    }
    scene.stack.core.create_persistent_volume(volume)


def _retire(scene: Scene, instance: str) -> None:
    """An instance goes with its disk: the operator makes a new one."""
    core, home = scene.stack.core, scene.stack.namespace
    core.delete_namespaced_persistent_volume_claim(instance, home)
    core.delete_namespaced_pod(instance, home)


def _volume(instance: str) -> str:
    return f"drill-{instance}"


def _image(scene: Scene, instance: str) -> Path:
    return scene.cluster.home / f"{_volume(instance)}.img"


def _mount(scene: Scene, instance: str) -> Path:
    return scene.cluster.volumes / _volume(instance)
