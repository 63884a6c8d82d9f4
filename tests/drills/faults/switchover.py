"""A planned change of the primary."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from tests.drills.health import wait_whole
from tests.drills.scene import Scene
from tests.e2e import timeouts
from tests.e2e.parts import CNPG, STANDBY, postgres
from tests.e2e.pods import Pod
from tests.e2e.waiting import until
from tests.prove.errors import ProveError


@contextmanager
def planned(scene: Scene) -> Iterator[None]:
    """Ask for the first replica, as `kubectl cnpg promote` does."""
    replica = STANDBY.pods(scene.stack)[0].metadata.name
    scene.struck(f"{replica} is to be primary")
    promote(scene, replica)
    yield


def promote(scene: Scene, instance: str) -> None:
    """Write into the database's status who shall be primary: the operator does the rest."""
    moment = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    status = {
        "targetPrimary": instance,
        "targetPrimaryTimestamp": moment,
        "phase": "Switchover in progress",
        "phaseReason": f"Switching over to {instance}",
    }
    scene.stack.custom.patch_namespaced_custom_object_status(
        *CNPG, scene.stack.namespace, "clusters", scene.postgres_name(), {"status": status}
    )


def primary_elsewhere(scene: Scene, than: str) -> None:
    """Have the primary on another node than this one, before a drill begins."""
    if scene.primary().spec.node_name == than:
        move_to(scene, _replica_elsewhere(scene, than).metadata.name)


def move_to(scene: Scene, instance: str) -> None:
    """Make an instance the primary, and wait until the stack is whole with it."""
    promote(scene, instance)
    until(
        lambda: postgres(scene.stack)["status"]["currentPrimary"] == instance,
        within=timeouts.RECOVERY,
        what=f"{instance} is primary",
    )
    wait_whole(scene.stack)


def _replica_elsewhere(scene: Scene, than: str) -> Pod:
    for pod in STANDBY.pods(scene.stack):
        if pod.spec.node_name != than:
            return pod
    raise ProveError(f"every instance is on {than}: a cluster of several nodes is needed")
