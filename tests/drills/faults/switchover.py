"""A planned change of the primary."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.drills.health import wait_whole
from tests.drills.scene import Scene
from tests.e2e import promote
from tests.e2e.parts import STANDBY
from tests.e2e.pods import Pod
from tests.prove.errors import ProveError


@contextmanager
def planned(scene: Scene) -> Iterator[None]:
    """Ask for the first replica, as `make promote` does: what it prepares is in the trial."""
    replica = promote.replica(scene.stack)
    scene.struck(f"{replica} is to be primary")
    promote.prepare(scene.stack, replica)
    promote.ask(scene.stack, replica)
    yield


def primary_elsewhere(scene: Scene, than: str) -> None:
    """Have the primary on another node than this one, before a drill begins."""
    if scene.primary().spec.node_name == than:
        move_to(scene, _replica_elsewhere(scene, than).metadata.name)


def move_to(scene: Scene, instance: str) -> None:
    """Make an instance the primary, and wait until the stack is whole with it."""
    promote.promote(scene.stack, instance)
    wait_whole(scene.stack)


def _replica_elsewhere(scene: Scene, than: str) -> Pod:
    for pod in STANDBY.pods(scene.stack):
        if pod.spec.node_name != than:
            return pod
    raise ProveError(f"every instance is on {than}: a cluster of several nodes is needed")
