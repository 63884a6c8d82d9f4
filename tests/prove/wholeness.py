"""When a stack counts as whole again after something in it was killed."""

from collections.abc import Iterator

import urllib3
from kubernetes import client
from kubernetes.client import ApiException

from tests.e2e import pods
from tests.e2e.parts import postgres
from tests.e2e.stack import Api, RunningStack
from tests.e2e.supervised import PROGRAMS, supervised

LEADERS = ("kube-controller-manager", "kube-scheduler")


def missing(stack: RunningStack, since: float) -> list[str]:
    """What is not yet as it should be; `since` tells a fresh heartbeat from one before the kill."""
    try:
        return list(_missing(stack, since))
    except (ApiException, urllib3.exceptions.HTTPError) as away:
        return [f"the API server: {type(away).__name__}"]


def _missing(stack: RunningStack, since: float) -> Iterator[str]:
    running = {process.name for process in supervised()}
    yield from (name for name in PROGRAMS if name not in running)

    leases: Api = client.CoordinationV1Api(stack.kubernetes)
    beats = {
        lease.metadata.name: lease.spec.renew_time.timestamp()
        for namespace in ("kube-system", "kube-node-lease")
        for lease in leases.list_namespaced_lease(namespace).items
    }
    yield from (f"a heartbeat of {name}" for name in LEADERS if beats.get(name, 0) < since)
    for node in stack.core.list_node().items:
        ready = {c.type: c.status for c in node.status.conditions}["Ready"] == "True"
        if not ready or beats.get(node.metadata.name, 0) < since:
            yield f"node {node.metadata.name}"

    for pod in stack.core.list_pod_for_all_namespaces().items:
        if not pods.ready(pod):
            yield f"pod {pod.metadata.name}"
    status = postgres(stack)["status"]
    if status["phase"] != "Cluster in healthy state" or status["readyInstances"] != 2:
        yield f"Postgres: {status['phase']}"
