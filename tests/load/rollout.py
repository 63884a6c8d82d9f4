"""Replaces the running service pod by pod, as an update does."""

from datetime import UTC, datetime
from typing import Any

from kubernetes import client

from tests.e2e import timeouts
from tests.e2e.parts import API
from tests.e2e.stack import RunningStack
from tests.e2e.waiting import until


def restart(stack: RunningStack) -> float:
    """Start it as `kubectl rollout restart` does, and wait for its end."""
    apps: Any = client.AppsV1Api(stack.kubernetes)
    name = _deployment(apps, stack)
    stamp = {"kubectl.kubernetes.io/restartedAt": datetime.now(UTC).isoformat()}
    patch = {"spec": {"template": {"metadata": {"annotations": stamp}}}}
    apps.patch_namespaced_deployment(name, stack.namespace, patch)

    def replaced() -> bool:
        now = apps.read_namespaced_deployment(name, stack.namespace)
        status, wanted = now.status, now.spec.replicas
        return bool(
            status.observed_generation >= now.metadata.generation
            and status.updated_replicas == status.available_replicas == wanted
            and status.replicas == wanted
            and len(_pods(stack)) == wanted
        )

    until(replaced, within=timeouts.RECOVERY, what=f"deployment {name} is replaced")
    return float(len(_pods(stack)))


def _pods(stack: RunningStack) -> list[Any]:
    selector = ",".join(f"{key}={value}" for key, value in API.labels.items())
    found: list[Any] = stack.core.list_namespaced_pod(
        stack.namespace, label_selector=selector
    ).items
    return found


def _deployment(apps: Any, stack: RunningStack) -> str:
    """The one whose pods serve."""
    for one in apps.list_namespaced_deployment(stack.namespace).items:
        labels = one.spec.template.metadata.labels or {}
        if API.labels.items() <= labels.items():
            return str(one.metadata.name)
    raise AssertionError(f"no deployment in {stack.namespace} has pods with {API.labels}")
