import json
from collections.abc import Iterator
from typing import Any

import pytest

from local.cluster import base, serving
from local.cluster.layout import Cluster
from local.images.table import IMAGES

Manifest = dict[str, Any]

STANDBY = Cluster("standby", 1, 2)


@pytest.fixture(scope="module")
def manifests() -> list[Manifest]:
    return base.manifests(STANDBY)


def pods(manifests: list[Manifest]) -> Iterator[Manifest]:
    return (each["spec"]["template"]["spec"] for each in manifests if each["kind"] == "Deployment")


def containers(manifests: list[Manifest]) -> Iterator[Manifest]:
    return (container for pod in pods(manifests) for container in pod["containers"])


def test_every_image_is_one_that_we_make(manifests: list[Manifest]) -> None:
    ours = {image.name for image in IMAGES.values()}

    assert {container["image"] for container in containers(manifests)} <= ours


def test_no_pod_of_the_base_is_root_or_may_write_to_its_image(manifests: list[Manifest]) -> None:
    assert len(list(pods(manifests))) == 3
    for pod in pods(manifests):
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in containers(manifests):
        context = container["securityContext"]
        assert context["readOnlyRootFilesystem"] is True
        assert context["allowPrivilegeEscalation"] is False
        assert context["capabilities"]["drop"] == ["ALL"]


def test_every_container_of_the_base_says_what_it_needs(manifests: list[Manifest]) -> None:
    for container in containers(manifests):
        assert set(container["resources"]["requests"]) == {"cpu", "memory"}
        assert "memory" in container["resources"]["limits"]


def test_names_are_served_at_the_clusters_own_address(manifests: list[Manifest]) -> None:
    (service,) = [m for m in manifests if m["metadata"]["name"] == "kube-dns"]

    assert service["spec"]["clusterIP"] == "10.97.0.10"


def test_one_storage_class_is_the_default_and_keeps_volumes_with_the_cluster(
    manifests: list[Manifest],
) -> None:
    (storage,) = [m for m in manifests if m["kind"] == "StorageClass"]
    (settings,) = [m for m in manifests if m["metadata"]["name"] == "local-path-config"]
    (paths,) = json.loads(settings["data"]["config.json"])["nodePathMap"]

    assert storage["metadata"]["annotations"] == {
        "storageclass.kubernetes.io/is-default-class": "true"
    }
    assert paths["paths"] == [str(STANDBY.volumes)]
    assert 'mkdir -m 0777 -p "$VOL_DIR"' in settings["data"]["setup"]


def test_metrics_are_taken_from_kubelets_that_prove_who_they_are(
    manifests: list[Manifest],
) -> None:
    (arguments,) = [c["args"] for c in containers(manifests) if c["name"] == "metrics-server"]

    assert "--kubelet-insecure-tls" not in arguments
    assert any(word.startswith("--kubelet-certificate-authority=") for word in arguments)


def test_a_node_is_declared_with_the_pod_range_of_the_layout(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    applied: list[Manifest] = []
    monkeypatch.setattr(base, "apply", lambda _, documents: applied.extend(documents))
    base.ensure(STANDBY)
    nodes = {m["metadata"]["name"]: m["spec"]["podCIDR"] for m in applied if m["kind"] == "Node"}

    assert nodes == {"standby-1": "10.81.1.0/24", "standby-2": "10.81.2.0/24"}


def request(name: str, user: str, signer: str, status: Manifest | None = None) -> Manifest:
    return {
        "metadata": {"name": name},
        "spec": {"username": user, "signerName": signer},
        "status": status or {},
    }


def test_only_what_our_own_kubelets_serve_with_is_approved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done = {"conditions": [{"type": "Approved", "status": "True"}]}
    asked = [
        request("ours", "system:node:standby-1", serving.SIGNER),
        request("done", "system:node:standby-2", serving.SIGNER, done),
        request("stranger", "system:node:standby-3", serving.SIGNER),
        request("person", "somebody", serving.SIGNER),
        request("client", "system:node:standby-1", "kubernetes.io/kube-apiserver-client"),
    ]
    said: list[tuple[str, ...]] = []
    monkeypatch.setattr(serving, "objects", lambda *_: asked)
    monkeypatch.setattr(serving, "kubectl", lambda _, *words: said.append(words))
    serving.approve(STANDBY)

    assert said == [("certificate", "approve", "ours")]
