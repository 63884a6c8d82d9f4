from typing import Any

import pytest

from policies.manifests import containers
from policies.privileges import (
    keeps_privileges,
    makes_any_syscall,
    runs_as_root,
    writes_to_its_image,
)

LOCKED = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}


def container(**context: Any) -> dict[str, Any]:
    return {"securityContext": context}


def test_a_user_that_is_not_root_passes() -> None:
    assert not list(runs_as_root(container(runAsNonRoot=True, runAsUser=10001)))


def test_root_is_refused_whether_said_or_left_open() -> None:
    assert list(runs_as_root(container(runAsNonRoot=True, runAsUser=0)))
    assert list(runs_as_root(container(runAsUser=10001)))
    assert list(runs_as_root({}))


def test_a_container_inherits_from_its_pod_and_may_decide_otherwise() -> None:
    pod = {
        "securityContext": {"runAsNonRoot": True, "fsGroup": 1},
        "initContainers": [{"name": "inherits"}],
        "containers": [{"name": "decides", "securityContext": {"runAsNonRoot": False}}],
    }

    seen = containers({"kind": "Pod", "spec": pod})

    assert {each.where: list(runs_as_root(each.body)) for each in seen} == {
        "container inherits": [],
        "container decides": ["may run as root; set securityContext.runAsNonRoot: true"],
    }


def test_a_read_only_root_passes() -> None:
    assert not list(writes_to_its_image(container(readOnlyRootFilesystem=True)))


@pytest.mark.parametrize("body", [{}, container(), container(readOnlyRootFilesystem=False)])
def test_a_writable_root_is_refused(body: dict[str, Any]) -> None:
    assert list(writes_to_its_image(body))


def test_a_container_without_privileges_passes_even_on_a_low_port() -> None:
    low = {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}

    assert not list(keeps_privileges(container(**LOCKED)))
    assert not list(keeps_privileges(container(**{**LOCKED, "capabilities": low})))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"privileged": True}, "is privileged"),
        (
            {"allowPrivilegeEscalation": True},
            "may gain privileges; set securityContext.allowPrivilegeEscalation: false",
        ),
        (
            {"capabilities": {"drop": ["NET_RAW"]}},
            "keeps capabilities; set securityContext.capabilities.drop: [ALL]",
        ),
        (
            {"capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN", "CHOWN"]}},
            "adds CHOWN, SYS_ADMIN; only NET_BIND_SERVICE is allowed",
        ),
    ],
)
def test_each_privilege_is_named(change: dict[str, Any], complaint: str) -> None:
    assert list(keeps_privileges(container(**{**LOCKED, **change}))) == [complaint]


@pytest.mark.parametrize("profile", ["RuntimeDefault", "Localhost"])
def test_a_seccomp_profile_passes(profile: str) -> None:
    assert not list(makes_any_syscall(container(seccompProfile={"type": profile})))


@pytest.mark.parametrize("body", [{}, container(seccompProfile={"type": "Unconfined"})])
def test_an_unconfined_container_is_refused(body: dict[str, Any]) -> None:
    assert list(makes_any_syscall(body)) == [
        (
            "has the seccomp profile Unconfined;"
            " set securityContext.seccompProfile.type to RuntimeDefault or Localhost"
        )
    ]
