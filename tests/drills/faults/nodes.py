"""A node that is gone from one moment to the next, as if its power was cut."""

from collections.abc import Iterator
from contextlib import contextmanager

from local.cluster import cgroups, marks, supervisor
from local.cluster.run import run
from tests.drills.faults.switchover import primary_elsewhere
from tests.drills.regions.faults import repair
from tests.drills.scene import Scene
from tests.e2e.parts import POSTGRES
from tests.e2e.stack import CLUSTER
from tests.prove.errors import ProveError


def arrange(scene: Scene) -> None:
    """The primary is on a node that does not carry the control plane, and no copy beside it.

    The engine's control plane is on one node; where there are several of them, none is special.
    """
    if scene.cluster.size == 1:
        raise ProveError(
            f"{CLUSTER} has one node, a drill of a lost one needs two or more;"
            " raise the stack again with NODES=3"
        )
    primary_elsewhere(scene, scene.cluster.nodes[0].name)
    here = scene.primary().spec.node_name
    beside = [it for it in POSTGRES.pods(scene.stack) if it.spec.node_name == here]
    if len(beside) > 1:
        raise ProveError(f"{len(beside)} instances are on {here}: losing it loses two copies")


@contextmanager
def lost(scene: Scene) -> Iterator[None]:
    """Its cable goes first, then everything that runs on it; then `up` repairs it."""
    pod = scene.primary()
    node = scene.node_of(pod)
    scene.struck(f"{node.name} lost, with {pod.metadata.name}")
    run("ip", "link", "set", node.link, "down")
    supervisor.let_go([node.name])
    marks.end(*marks.marked(node.name), *cgroups.processes(node.cgroup))
    scene.note("nothing runs there any more")
    try:
        yield
    finally:
        scene.note(f"{node.name} returns")
        repair(scene.cluster)
