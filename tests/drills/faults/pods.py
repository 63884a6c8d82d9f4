"""Pods that die, and a workload that is away for a while."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

from kubernetes import client

from tests.drills.clock import now
from tests.drills.health import wait_whole
from tests.drills.scene import Scene
from tests.e2e import timeouts
from tests.e2e.parts import OBJECTS, POSTGRES, REDIS, Part, redis_primary, sql
from tests.e2e.pods import Pod
from tests.e2e.processes import kill, of_pod
from tests.e2e.stack import Api
from tests.e2e.waiting import until
from tests.prove.errors import ProveError
from tests.prove.figures import Trial

REMEMBERED = timedelta(minutes=10)
"""How long a kubelet counts the restarts of a container."""
REDIS_AWAY = 20.0
OBJECTS_AWAY = float(os.environ.get("AWAY_SECONDS") or 600)
"""Seconds without an object store."""
CAUGHT_UP = 300
"""Seconds until the archive has everything again."""
WAITING = "SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'"


def forget_crashes(scene: Scene) -> None:
    """Instances whose kubelet remembers a crash get new pods.

    A trial is one crash, not one of a row: after an earlier one a container waits for its restart.
    """
    for pod in filter(remembered, POSTGRES.pods(scene.stack)):
        name = pod.metadata.name
        scene.stack.core.delete_namespaced_pod(name, pod.metadata.namespace)
        until(partial(_replaced, scene, pod), within=timeouts.RECOVERY, what=f"another {name}")
        wait_whole(scene.stack)


def _replaced(scene: Scene, pod: Pod) -> bool:
    """Whether an instance has another pod, that serves."""
    serving = POSTGRES.pods(scene.stack)
    return any(
        it.metadata.name == pod.metadata.name and it.metadata.uid != pod.metadata.uid
        for it in serving
    )


def remembered(pod: Pod) -> bool:
    """Whether one of its containers ended within the time that a kubelet counts restarts."""
    ended = [it.last_state.terminated for it in pod.status.container_statuses]
    return any(it and datetime.now(UTC) - it.finished_at < REMEMBERED for it in ended)


@contextmanager
def primary_crashed(scene: Scene) -> Iterator[None]:
    """SIGKILL to every process of the primary's pod: no goodbye to anybody."""
    pod = scene.primary()
    pids = pids_of(pod)
    if not pids:
        raise ProveError(f"{pod.metadata.name}: none of its processes was found")
    scene.struck(f"{pod.metadata.name} killed")
    kill(pids)
    yield
    again = scene.stack.core.read_namespaced_pod(pod.metadata.name, pod.metadata.namespace)
    scene.note(f"{pod.metadata.name} had {pod.status.pod_ip}, has {again.status.pod_ip}")


@contextmanager
def primary_killed(scene: Scene) -> Iterator[None]:
    """What `kubectl delete pod --force` does: it has a moment to stop and no more."""
    pod = scene.primary()
    scene.struck(f"{pod.metadata.name} deleted")
    scene.stack.core.delete_namespaced_pod(
        pod.metadata.name, pod.metadata.namespace, grace_period_seconds=0
    )
    yield


def pids_of(pod: Pod) -> list[int]:
    """The processes that a crash of a pod takes along."""
    return [found.pid for found in of_pod(pod.metadata.uid)]


@contextmanager
def redis_lost(scene: Scene) -> Iterator[None]:
    """Redis dies. The only one stays away for a while; of several, the primary loses its pod too,
    and nobody helps.
    """
    if len(REDIS.pods(scene.stack)) == 1:
        with _away(scene, REDIS):
            yield
        return
    pod = redis_primary(scene.stack)
    pids = pids_of(pod)
    scene.struck(f"{pod.metadata.name} killed")
    kill(pids)
    scene.stack.core.delete_namespaced_pod(
        pod.metadata.name, pod.metadata.namespace, grace_period_seconds=0
    )
    yield
    scene.note(f"{redis_primary(scene.stack).metadata.name} is primary")


def redis_over(scene: Scene) -> bool:
    """Whether it was away long enough."""
    return now() - scene.fault > REDIS_AWAY


def redis_found(scene: Scene) -> Trial:
    """How long answers were marked as degraded, and how long after its return: of several, one is
    always there, so from the fault on.
    """
    answered = [it.answered for it in scene.clients.operations if it.degraded]
    degraded = [at for at in answered if at >= scene.fault]
    last = max(degraded, default=scene.fault)
    returned = next((at for at, what in scene.notes if "returns" in what), scene.fault)
    return {
        "degraded_seconds": round(last - min(degraded, default=last), 2),
        "degraded_until": round(last - scene.fault, 2),
        "degraded_after_return": round(max(last - returned, 0.0), 2),
    }


@contextmanager
def objects_away(scene: Scene) -> Iterator[None]:
    """The object store goes, and with it the archive of the log. Then the archive catches up."""
    with _away(scene, OBJECTS):
        yield
    until(lambda: _waiting(scene) == 0, within=CAUGHT_UP, what="the archive catches up")
    scene.note("the archive has caught up")


def objects_over(scene: Scene) -> bool:
    """Whether it was away long enough."""
    return now() - scene.fault > OBJECTS_AWAY


def _waiting(scene: Scene) -> int:
    """Files of the log that are not in the archive."""
    return int(sql(scene.stack, WAITING)[0][0])


@contextmanager
def _away(scene: Scene, part: Part) -> Iterator[None]:
    """A part's only pod is killed, and its workload has no replicas until the block ends."""
    pod = part.pods(scene.stack)[0]
    name = pod.metadata.owner_references[0].name
    scene.struck(f"{pod.metadata.name} killed")
    kill(pids_of(pod))
    _scale(scene, name, 0)
    try:
        yield
    finally:
        _scale(scene, name, 1)
        scene.note(f"{name} returns")


def _scale(scene: Scene, name: str, replicas: int) -> None:
    apps: Api = client.AppsV1Api(scene.stack.kubernetes)
    wanted = {"spec": {"replicas": replicas}}
    apps.patch_namespaced_stateful_set_scale(name, scene.stack.namespace, wanted)
