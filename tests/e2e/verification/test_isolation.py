"""Who may talk to whom, what may run, and how much: tried from inside, not read from specs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from kubernetes.client import ApiException

from tests.e2e import pods, timeouts
from tests.e2e.parts import API, POSTGRES, REDIS, Part
from tests.e2e.stack import RunningStack

BY_POD_SECURITY, BY_THE_API_SERVER = 403, 422
"""Privileged pods are switched off for the whole cluster, which comes first."""
REGISTRY = "10.76.0.1 5000"
STRANGER = {"app.kubernetes.io/name": "stranger"}


def knock(pod: pods.Pod, port: int) -> list[str]:
    """A shell line that ends well only if the port takes a connection."""
    address = f"{pod.status.pod_ip} {port}"
    return ["sh", "-c", f"timeout {timeouts.REFUSED} nc {address} < /dev/null"]


@pytest.mark.parametrize("part", [POSTGRES, REDIS], ids=lambda part: part.name)
def test_a_stranger_in_the_namespace_is_kept_out(stack: RunningStack, part: Part) -> None:
    for target in part.pods(stack):
        assert pods.run(stack, knock(target, part.port), labels=STRANGER).exit_code != 0


@pytest.mark.parametrize("part", [POSTGRES, REDIS], ids=lambda part: part.name)
def test_a_stranger_elsewhere_is_kept_out(stack: RunningStack, part: Part) -> None:
    target = part.pods(stack)[0]

    assert pods.run(stack, knock(target, part.port), namespace="default").exit_code != 0


def test_what_keeps_the_stranger_out_is_the_policy(stack: RunningStack) -> None:
    """The control: the same knock opens the same door once a policy says so."""
    *shell, line = knock(REDIS.pods(stack)[0], REDIS.port)
    # Each pod is new to the agent, so one goes on knocking.
    tries = timeouts.POLICY // timeouts.REFUSED
    patient = f"for _ in $(seq {tries}); do {line} && exit; sleep 1; done; exit 1"
    with opened(stack, REDIS):
        assert pods.run(stack, [*shell, patient], labels=STRANGER).exit_code == 0


@pytest.mark.parametrize("part", [POSTGRES, REDIS], ids=lambda part: part.name)
def test_the_service_reaches_what_it_was_given(stack: RunningStack, part: Part) -> None:
    api = API.pods(stack)[0]
    target = part.pods(stack)[0].status.pod_ip
    connect = f"import socket; socket.create_connection(({target!r}, {part.port}), 4); print('in')"

    assert pods.execute(stack, api, API.container, "python", "-c", connect) == "in\n"


def test_nothing_leaves_the_namespace_for_the_outside(stack: RunningStack) -> None:
    """The registry is no pod. A pod's own node would not do: Kubernetes never bars that."""
    # The agent needs a moment for a pod that is new; until then Kubernetes promises nothing.
    leave = f"timeout {timeouts.REFUSED} nc {REGISTRY} < /dev/null || exit 1; sleep 1; "

    def always(times: int) -> list[str]:
        return ["sh", "-c", leave * times]

    assert pods.run(stack, always(timeouts.POLICY), labels=STRANGER).exit_code != 0
    assert pods.run(stack, always(timeouts.REFUSED), namespace="default").exit_code == 0


@pytest.mark.parametrize(
    "wish",
    [
        {"privileged": True, "allowPrivilegeEscalation": True},
        {"runAsNonRoot": False, "runAsUser": 0},
        {"allowPrivilegeEscalation": True},
        {"capabilities": {"add": ["NET_ADMIN"], "drop": ["ALL"]}},
        {"seccompProfile": {"type": "Unconfined"}},
    ],
    ids=lambda wish: next(iter(wish)),
)
def test_a_pod_that_wants_too_much_is_refused(stack: RunningStack, wish: dict[str, Any]) -> None:
    modest = pods.probe_spec(["true"], labels={})
    greedy = pods.probe_spec(["true"], labels={})
    greedy["spec"]["containers"][0]["securityContext"] |= wish

    stack.core.create_namespaced_pod(stack.namespace, modest, dry_run="All")
    with pytest.raises(ApiException) as refused:
        stack.core.create_namespaced_pod(stack.namespace, greedy, dry_run="All")

    assert refused.value.status in {BY_POD_SECURITY, BY_THE_API_SERVER}


def test_the_namespace_is_within_its_quota_and_cannot_leave_it(stack: RunningStack) -> None:
    quota = stack.core.list_namespaced_resource_quota(stack.namespace).items[0].status
    assert int(quota.used["pods"]) > 0

    glutton = pods.probe_spec(["true"], labels={})
    glutton["spec"]["containers"][0]["resources"] = {
        "requests": {"cpu": "10m", "memory": "900Gi"},
        "limits": {"memory": "900Gi"},
    }
    with pytest.raises(ApiException) as refused:
        stack.core.create_namespaced_pod(stack.namespace, glutton, dry_run="All")

    assert refused.value.status == 403


@contextmanager
def opened(stack: RunningStack, part: Part) -> Iterator[None]:
    """Both ends of a path for the stranger, as long as the block lasts."""
    ports = [{"protocol": "TCP", "port": part.port}]
    specs = {
        "probe-out": {
            "podSelector": {"matchLabels": STRANGER},
            "policyTypes": ["Egress"],
            "egress": [{"ports": ports}],
        },
        "probe-in": {
            "podSelector": {"matchLabels": part.labels},
            "policyTypes": ["Ingress"],
            "ingress": [{"from": [{"podSelector": {"matchLabels": STRANGER}}], "ports": ports}],
        },
    }
    for name, spec in specs.items():
        policy = {"metadata": {"name": name}, "spec": spec}
        stack.network.create_namespaced_network_policy(stack.namespace, policy)
    try:
        yield
    finally:
        for name in specs:
            stack.network.delete_namespaced_network_policy(name, stack.namespace)
