import base64
from pathlib import Path

import pytest
import yaml

from local.cluster import control_plane, encryption
from local.cluster.layout import Cluster
from local.cluster.program import Program


@pytest.fixture
def programs(cluster: Cluster, built: None) -> dict[str, Program]:  # noqa: ARG001
    return {program.name: program for program in control_plane.programs(cluster)}


def flag(program: Program, name: str) -> str:
    return next(word.partition("=")[2] for word in program.command if word.startswith(f"--{name}="))


def test_etcd_starts_before_who_needs_it(programs: dict[str, Program]) -> None:
    assert list(programs) == ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"]


def test_etcd_listens_on_loopback_only_and_to_certified_clients(
    programs: dict[str, Program],
) -> None:
    etcd = programs["etcd"]

    assert flag(etcd, "listen-client-urls") == "https://127.0.0.1:2379"
    assert flag(etcd, "listen-peer-urls") == "https://127.0.0.1:2380"
    assert flag(etcd, "client-cert-auth") == "true"


def test_the_api_lets_nobody_in_unnamed_or_unasked(programs: dict[str, Program]) -> None:
    api = programs["kube-apiserver"]

    assert flag(api, "anonymous-auth") == "false"
    assert flag(api, "authorization-mode") == "Node,RBAC"
    assert "NodeRestriction" in flag(api, "enable-admission-plugins")


def test_the_api_believes_only_certified_kubelets(
    cluster: Cluster, programs: dict[str, Program]
) -> None:
    certificate = flag(programs["kube-apiserver"], "kubelet-certificate-authority")

    assert certificate == str(cluster.pki / "ca.crt")


def test_secrets_are_sealed_first_and_read_unsealed_only_as_a_last_resort(
    programs: dict[str, Program],
) -> None:
    path = Path(flag(programs["kube-apiserver"], "encryption-provider-config"))
    (rule,) = yaml.safe_load(path.read_text())["resources"]

    assert rule["resources"] == ["secrets"]
    assert [next(iter(provider)) for provider in rule["providers"]] == ["secretbox", "identity"]
    assert path.stat().st_mode & 0o077 == 0


def test_every_cluster_has_a_key_of_its_own_and_keeps_it(clusters: Path) -> None:
    def key(name: str) -> str:
        path = encryption.ensure_key(Cluster(name, 0))
        assert path.is_relative_to(clusters)
        provider = yaml.safe_load(path.read_text())["resources"][0]["providers"][0]
        return str(provider["secretbox"]["keys"][0]["secret"])

    assert len(base64.b64decode(key("primary"))) == 32
    assert key("primary") == key("primary") != key("standby")


def test_a_namespace_starts_at_baseline_and_only_the_clusters_own_is_free(
    programs: dict[str, Program],
) -> None:
    path = Path(flag(programs["kube-apiserver"], "admission-control-config-file"))
    (plugin,) = yaml.safe_load(path.read_text())["plugins"]

    assert plugin["name"] == "PodSecurity"
    assert plugin["configuration"]["defaults"]["enforce"] == "baseline"
    assert plugin["configuration"]["exemptions"] == {"namespaces": ["kube-system"]}


def test_the_audit_log_keeps_who_read_a_secret_and_never_its_body(
    programs: dict[str, Program],
) -> None:
    path = Path(flag(programs["kube-apiserver"], "audit-policy-file"))
    rules = yaml.safe_load(path.read_text())["rules"]
    secrets = next(
        r for r in rules if {"group": "", "resources": ["secrets"]} in r.get("resources", [])
    )

    assert secrets["level"] == "Metadata"
    assert {rule["level"] for rule in rules} == {"None", "Metadata"}
    assert rules[-1] == {"level": "Metadata"}
