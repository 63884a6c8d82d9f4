from typing import Any

import pytest

from components.configuration_job.exporting import (
    declared,
    digest,
    exported,
    identity,
    packed,
    stripped,
    unpacked,
)
from components.verification_job.errors import VerificationError

Thing = dict[str, Any]


def thing(kind: str = "ConfigMap", name: str = "plan", **more: Any) -> Thing:
    meta = {"name": name, "namespace": "fraud", "uid": "u-1", "resourceVersion": "7"}
    return {
        "apiVersion": "v1",
        "kind": kind,
        "metadata": meta | {"managedFields": [{}], "labels": {"a": "b"}},
        "status": {"phase": "Active"},
        **more,
    }


class FakeApi:
    """An API server with these paths."""

    def __init__(self, **paths: Thing) -> None:
        self.paths = {f"/{path}": found for path, found in paths.items()}

    def get(self, path: str) -> Thing:
        return self.paths.get(path, {})


def cluster() -> Any:
    bare = {"metadata": thing()["metadata"], "data": {"a": "1"}}
    made = {"metadata": bare["metadata"] | {"name": "kube-root-ca.crt"}}
    return FakeApi(
        **{
            "api/v1/namespaces/fraud": thing("Namespace", "fraud"),
            "api/v1/namespaces/fraud/configmaps": {
                "apiVersion": "v1",
                "kind": "ConfigMapList",
                "items": [bare, made],
            },
            "apis/acme.io": {"preferredVersion": {"groupVersion": "acme.io/v2"}},
            "apis/acme.io/v2/namespaces/fraud/orders": {
                "apiVersion": "acme.io/v2",
                "kind": "OrderList",
                "items": [{"metadata": {"name": "one", "namespace": "fraud"}}],
            },
        }
    )


def test_every_kind_is_asked_for_in_the_version_that_the_cluster_prefers() -> None:
    found = exported(cluster(), ["fraud"], {"": ["configmaps"], "acme.io": ["orders"]})

    assert [(it["apiVersion"], it["kind"]) for it in found.things] == [
        ("v1", "Namespace"),
        ("v1", "ConfigMap"),
        ("acme.io/v2", "Order"),
    ]
    assert found.absent == []


def test_an_object_is_the_same_one_in_every_version_of_its_group() -> None:
    one = {"apiVersion": "acme.io/v2", "kind": "Order", "metadata": {"name": "a", "namespace": "b"}}

    assert identity(one) == identity(one | {"apiVersion": "acme.io/v3"})
    assert identity(thing()) == ("", "ConfigMap", "fraud", "plan")


def test_a_kind_that_the_cluster_does_not_know_is_told() -> None:
    kinds = {"": ["configmaps"], "nobody.io": ["things"], "acme.io": ["orders", "bills"]}
    found = exported(cluster(), ["fraud"], kinds)

    assert list(found.absent) == ["things.nobody.io", "bills.acme.io"]


def test_a_namespace_that_is_not_there_is_an_error_and_no_empty_export() -> None:
    with pytest.raises(VerificationError, match="namespace gone is not there"):
        exported(cluster(), ["gone"], {})


@pytest.mark.parametrize(
    ("kind", "name", "owners", "kept"),
    [
        ("ConfigMap", "plan", [], True),
        ("ConfigMap", "kube-root-ca.crt", [], False),
        ("ServiceAccount", "default", [], False),
        ("ServiceAccount", "scoring", [], True),
        ("Job", "nightly-123", [{"kind": "CronJob"}], False),
    ],
)
def test_what_another_object_brings_is_not_declared(
    kind: str, name: str, owners: list[Thing], *, kept: bool
) -> None:
    it = thing(kind, name)
    it["metadata"]["ownerReferences"] = owners

    assert declared(it) is kept


def test_an_object_is_left_as_it_would_be_declared() -> None:
    it = thing(data={"a": "1"})
    it["metadata"]["annotations"] = {"deployment.kubernetes.io/revision": "3", "why": "so"}

    assert stripped(it) == {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": "plan",
            "namespace": "fraud",
            "labels": {"a": "b"},
            "annotations": {"why": "so"},
        },
        "data": {"a": "1"},
    }
    assert "status" in it, "the original is another object"


@pytest.mark.parametrize(
    ("spec", "kept"),
    [
        ({"clusterIP": "10.0.0.7", "clusterIPs": ["10.0.0.7"], "ports": []}, {"ports": []}),
        (
            {"clusterIP": "None", "clusterIPs": ["None"]},
            {"clusterIP": "None", "clusterIPs": ["None"]},
        ),
    ],
)
def test_an_address_is_the_clusters_and_none_is_declared(spec: Thing, kept: Thing) -> None:
    assert stripped(thing("Service", spec=spec))["spec"] == kept


def test_a_job_can_be_made_again_where_nobody_knows_its_pods() -> None:
    mine = {"batch.kubernetes.io/controller-uid": "u", "app": "tables"}
    spec = {"selector": {"matchLabels": mine}, "template": {"metadata": {"labels": dict(mine)}}}

    assert stripped(thing("Job", spec=spec))["spec"] == {
        "template": {"metadata": {"labels": {"app": "tables"}}}
    }


def test_the_same_objects_are_the_same_file() -> None:
    one, other = {"b": 1, "a": {"d": 2, "c": 3}}, {"a": {"c": 3, "d": 2}, "b": 1}

    assert packed([one]) == packed([other])
    assert digest(packed([one])) != digest(packed([one, other]))
    assert unpacked(packed([one, other])) == [one, one]


@pytest.mark.parametrize("cut", [slice(0, -4), slice(4, None)])
def test_a_damaged_file_is_told_as_such(cut: slice) -> None:
    with pytest.raises(VerificationError, match="the file is damaged"):
        unpacked(packed([thing()])[cut])
