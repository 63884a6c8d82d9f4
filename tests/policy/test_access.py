from typing import Any

import pytest

from policies.access import binds_an_admin, grants_everything, has_a_token_unasked

RULE = {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "list"]}


def test_a_role_that_names_what_it_grants_passes() -> None:
    assert not list(grants_everything({"rules": [RULE, {"nonResourceURLs": ["/metrics"]}]}))


@pytest.mark.parametrize("field", ["verbs", "resources", "apiGroups"])
def test_a_wildcard_is_refused(field: str) -> None:
    assert list(grants_everything({"rules": [{**RULE, field: ["*"]}]})) == [
        f"grants {field}: ['*']; name them"
    ]


def test_a_role_that_can_grow_is_refused() -> None:
    assert list(
        grants_everything({"rules": [{**RULE, "verbs": ["get", "impersonate", "bind"]}]})
    ) == ["grants bind, impersonate, by which its holder gains more"]


def test_a_binding_to_a_role_of_its_own_passes() -> None:
    assert not list(binds_an_admin({"roleRef": {"kind": "Role", "name": "reader"}}))


@pytest.mark.parametrize("role", ["cluster-admin", "admin"])
def test_a_binding_to_an_administrator_is_refused(role: str) -> None:
    assert list(binds_an_admin({"roleRef": {"kind": "ClusterRole", "name": role}})) == [
        f"binds the role {role}; bind one that grants what is needed"
    ]


@pytest.mark.parametrize(
    "pod",
    [
        {"automountServiceAccountToken": False},
        {"automountServiceAccountToken": True, "serviceAccountName": "operator"},
    ],
)
def test_a_pod_that_says_whether_it_wants_a_token_passes(pod: dict[str, Any]) -> None:
    assert not list(has_a_token_unasked(pod))


@pytest.mark.parametrize(
    ("pod", "complaint"),
    [
        (
            {"serviceAccountName": "api"},
            "gets an API token unasked; set automountServiceAccountToken: false",
        ),
        (
            {"automountServiceAccountToken": True},
            "mounts the token of the shared default account; give it a serviceAccountName",
        ),
    ],
)
def test_a_token_unasked_or_shared_is_refused(pod: dict[str, Any], complaint: str) -> None:
    assert list(has_a_token_unasked(pod)) == [complaint]
