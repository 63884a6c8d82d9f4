from typing import Any

import pytest

from policies.host import is_not_restricted, reaches_the_host
from policies.manifests import pods


def test_a_pod_that_keeps_to_itself_passes() -> None:
    pod = {
        "hostNetwork": False,
        "volumes": [{"name": "tmp", "emptyDir": {}}],
        "containers": [{"name": "api", "ports": [{"containerPort": 8080}]}],
    }

    assert not list(reaches_the_host(pod))


@pytest.mark.parametrize(
    ("pod", "complaint"),
    [
        ({"hostNetwork": True}, "shares the node's hostNetwork"),
        ({"hostPID": True}, "shares the node's hostPID"),
        ({"hostIPC": True}, "shares the node's hostIPC"),
        ({"volumes": [{"hostPath": {"path": "/etc"}}]}, "mounts /etc of the node"),
        ({"containers": [{"ports": [{"hostPort": 80}]}]}, "takes port 80 of the node"),
        ({"initContainers": [{"ports": [{"hostPort": 81}]}]}, "takes port 81 of the node"),
    ],
)
def test_each_way_to_the_host_is_named(pod: dict[str, Any], complaint: str) -> None:
    assert list(reaches_the_host(pod)) == [complaint]


def test_the_pod_of_a_cron_job_is_found() -> None:
    pod = {"hostPID": True}
    cron = {"kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": {"spec": pod}}}}}

    assert [each.body for each in pods(cron)] == [pod]


def test_a_restricted_namespace_passes() -> None:
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}

    assert not list(is_not_restricted({"metadata": {"labels": labels}}))


@pytest.mark.parametrize(
    ("labels", "level"),
    [({}, "privileged"), ({"pod-security.kubernetes.io/enforce": "baseline"}, "baseline")],
)
def test_a_laxer_namespace_is_refused(labels: dict[str, str], level: str) -> None:
    assert list(is_not_restricted({"metadata": {"labels": labels}})) == [
        (
            f"enforces the Pod Security level {level};"
            " label it pod-security.kubernetes.io/enforce: restricted"
        )
    ]
