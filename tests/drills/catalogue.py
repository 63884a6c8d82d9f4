"""Every drill there is."""

from collections.abc import Mapping

from tests.drills.clock import now
from tests.drills.drill import Drill
from tests.drills.faults import api_server, disks, nodes, pods, switchover, updates, wires
from tests.drills.scene import Scene
from tests.e2e import timeouts

NOTICED = 10.0
"""Seconds after which an operator that says that all is well knows what it says."""


def at_once(_: Scene) -> bool:
    """What was to be done was done when the fault struck."""
    return True


def recovered(scene: Scene) -> bool:
    """Whether another instance is primary, or the same one again."""
    return scene.moved() or (scene.settled() and now() - scene.fault > NOTICED)


_ALL = (
    Drill(
        name="primary-crashed",
        about="SIGKILL to every process of the primary's pod",
        arrange=pods.forget_crashes,
        fault=pods.primary_crashed,
        over=recovered,
        seconds=45,
    ),
    Drill(
        name="primary-killed",
        about="the primary's pod is deleted by force, without a grace period",
        fault=pods.primary_killed,
        over=recovered,
        seconds=45,
    ),
    Drill(
        name="switchover",
        about="a replica is asked to become the primary",
        fault=switchover.planned,
        over=Scene.moved,
        seconds=45,
    ),
    Drill(
        name="node-lost",
        about="the node with the primary loses its cable and everything that runs on it",
        arrange=nodes.arrange,
        fault=nodes.lost,
        over=Scene.moved,
        seconds=150,
    ),
    Drill(
        name="redis-lost",
        about=f"Redis is killed and away for {pods.REDIS_AWAY:.0f} s; of several, the primary",
        fault=pods.redis_lost,
        over=pods.redis_over,
        findings=pods.redis_found,
        seconds=50,
    ),
    Drill(
        name="api-server-away",
        about=f"the API server hangs for {api_server.AWAY:.0f} s",
        fault=api_server.away,
        over=api_server.over,
        seconds=90,
    ),
    Drill(
        name="replica-cut",
        about=f"no packet between the primary and one replica for {wires.CUT:.0f} s",
        fault=wires.one_replica_cut,
        over=wires.over,
        seconds=45,
    ),
    Drill(
        name="replicas-cut",
        about=f"no packet between the primary and any replica for {wires.CUT:.0f} s",
        fault=wires.all_replicas_cut,
        over=wires.over,
        writes=False,
        seconds=50,
    ),
    Drill(
        name="disk-full",
        about="not a byte is left on the primary's disk, a small one of its own",
        arrange=disks.arrange,
        fault=disks.full,
        over=disks.over,
        writes=False,
        tidy=disks.tidy,
        seconds=70,
    ),
    Drill(
        name="object-store-away",
        about=f"the archive's object store is away for {pods.OBJECTS_AWAY:.0f} s",
        fault=pods.objects_away,
        over=pods.objects_over,
        within=pods.OBJECTS_AWAY + timeouts.RECOVERY,
        seconds=pods.OBJECTS_AWAY + 60,
    ),
    Drill(
        name="update-killed",
        about="pulumi up is killed after its first change, then resumed",
        arrange=updates.require_unchanged,
        fault=updates.update_killed,
        over=at_once,
        seconds=150,
    ),
    Drill(
        name="destroy-refused",
        about="pulumi destroy is asked to take protected data away",
        arrange=updates.require_protection,
        fault=updates.destroy_refused,
        over=at_once,
        seconds=40,
    ),
)

DRILLS: Mapping[str, Drill] = {drill.name: drill for drill in _ALL}
"""By their names."""
