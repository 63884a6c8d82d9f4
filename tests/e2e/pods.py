"""Pods that are there, and pods that a test runs to look around from inside the cluster."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import testinfra
from kubernetes.client import ApiException
from testinfra.host import Host

from tests.e2e import timeouts
from tests.e2e.kubectl import kubectl
from tests.e2e.stack import RunningStack
from tests.e2e.waiting import until

BUSYBOX = "docker.io/library/busybox:1.37"
ANYONE = 65534
Pod = Any
"""As the Kubernetes API describes one."""
ENDED = {"Succeeded", "Failed"}


@dataclass(frozen=True)
class Finished:
    """How a probe pod ended and what it said."""

    exit_code: int
    log: str


def run(
    stack: RunningStack,
    command: Sequence[str],
    *,
    namespace: str | None = None,
    labels: Mapping[str, str] | None = None,
) -> Finished:
    """Run one command in a fresh, hardened pod and wait for its end."""
    with standing(stack, command, namespace=namespace, labels=labels) as pod:
        name, home = pod.metadata.name, pod.metadata.namespace

        def ended() -> Pod | None:
            now = stack.core.read_namespaced_pod(name, home)
            return now if now.status.phase in ENDED else None

        done = until(ended, within=timeouts.POD, what=f"pod {home}/{name} ends")
        state = done.status.container_statuses[0].state.terminated
        return Finished(state.exit_code, stack.core.read_namespaced_pod_log(name, home))


@contextmanager
def standing(
    stack: RunningStack,
    command: Sequence[str],
    *,
    namespace: str | None = None,
    labels: Mapping[str, str] | None = None,
) -> Iterator[Pod]:
    """A probe pod for as long as the block lasts."""
    home = namespace or stack.namespace
    pod = stack.core.create_namespaced_pod(home, probe_spec(command, labels=labels or {}))
    try:
        yield pod
    finally:
        stack.core.delete_namespaced_pod(pod.metadata.name, home, grace_period_seconds=0)


def probe_spec(command: Sequence[str], *, labels: Mapping[str, str]) -> dict[str, Any]:
    """A pod that every rule of the namespace lets in."""
    return {
        "metadata": {"name": f"probe-{secrets.token_hex(4)}", "labels": {"probe": "e2e", **labels}},
        "spec": {
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "terminationGracePeriodSeconds": 0,
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": ANYONE,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [
                {
                    "name": "probe",
                    "image": BUSYBOX,
                    "command": list(command),
                    "resources": {
                        "requests": {"cpu": "10m", "memory": "16Mi"},
                        "limits": {"memory": "16Mi"},
                    },
                    "securityContext": {
                        "allowPrivilegeEscalation": False,
                        "readOnlyRootFilesystem": True,
                        "capabilities": {"drop": ["ALL"]},
                    },
                }
            ],
        },
    }


def inside(stack: RunningStack, pod: Pod, container: str | None = None) -> Host:
    """Testinfra's view from inside a running pod."""
    meta = pod.metadata
    place = f"namespace={meta.namespace}&container={container or pod.spec.containers[0].name}"
    return testinfra.get_host(f"kubectl://{meta.name}?{place}&kubeconfig={stack.kubeconfig}")


def execute(stack: RunningStack, pod: Pod, container: str, *command: str, given: str = "") -> str:
    """What a command in a running pod prints, without a shell between."""
    name, namespace = pod.metadata.name, f"--namespace={pod.metadata.namespace}"
    place = [namespace, "exec", "--stdin", name, f"--container={container}", "--"]
    return kubectl(stack.kubeconfig, *place, *command, given=given)


def ready(pod: Pod) -> bool:
    """Whether a pod serves, or ran to its end as a job's pod should."""
    if pod.status.phase == "Succeeded":
        return True
    return any(c.type == "Ready" and c.status == "True" for c in pod.status.conditions or [])


def gone(stack: RunningStack, name: str, namespace: str) -> bool:
    """Whether a pod has left the cluster."""
    try:
        stack.core.read_namespaced_pod(name, namespace)
    except ApiException as answer:
        if answer.status == 404:
            return True
        raise
    return False
