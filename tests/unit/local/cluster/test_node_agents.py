import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.cluster import node_agents
from local.cluster.layout import Cluster, Node
from local.cluster.pod_network import pod_network
from local.images.table import IMAGES

Settings = dict[str, dict[str, Any]]


@pytest.fixture
def nodes(cluster: Cluster, built: None) -> tuple[Node, ...]:  # noqa: ARG001
    return cluster.nodes


def written(node: Node) -> Settings:
    """What each agent reads, by its name."""
    read = {program.name: program.reads for program in node_agents.programs(node)}
    return {
        "kubelet": yaml.safe_load(read["kubelet"][0].read_text()),
        "kube-proxy": yaml.safe_load(read["kube-proxy"][0].read_text()),
        "containerd": tomllib.loads(read["containerd"][0].read_text()),
    }


def test_a_kubelet_answers_only_whom_the_api_vouches_for(nodes: tuple[Node, ...]) -> None:
    kubelet = written(nodes[0])["kubelet"]

    assert kubelet["authentication"]["anonymous"] == {"enabled": False}
    assert kubelet["authentication"]["webhook"] == {"enabled": True}
    assert kubelet["authorization"] == {"mode": "Webhook"}
    assert kubelet["serverTLSBootstrap"] is True


def test_nothing_of_two_nodes_on_one_machine_is_shared(nodes: tuple[Node, ...]) -> None:
    one, two = (written(node) for node in nodes)

    for name in ("cgroupRoot", "podLogsDir", "containerRuntimeEndpoint", "volumePluginDir"):
        assert one["kubelet"][name] != two["kubelet"][name], name
    for name in ("root", "state", "temp"):
        assert one["containerd"][name] != two["containerd"][name], name


def test_a_full_disk_of_the_machine_does_not_evict_by_percent(nodes: tuple[Node, ...]) -> None:
    kubelet = written(nodes[0])["kubelet"]

    assert not any("%" in threshold for threshold in kubelet["evictionHard"].values())
    assert kubelet["imageGCHighThresholdPercent"] == 100


def test_containerd_asks_our_registry_for_every_image(nodes: tuple[Node, ...]) -> None:
    plugins = written(nodes[0])["containerd"]["plugins"]
    mirrors = Path(plugins["io.containerd.cri.v1.images"]["registry"]["config_path"])
    hosts = tomllib.loads((mirrors / "_default/hosts.toml").read_text())["host"]

    assert list(hosts) == ["http://10.76.0.1:5000"]


def test_the_sandbox_image_is_one_that_we_make(nodes: tuple[Node, ...]) -> None:
    plugins = written(nodes[0])["containerd"]["plugins"]
    sandbox = plugins["io.containerd.cri.v1.images"]["pinned_images"]["sandbox"]

    assert sandbox in {image.name for image in IMAGES.values()}


def test_a_pods_score_is_never_lowered_without_the_right_to(nodes: tuple[Node, ...]) -> None:
    runtime = written(nodes[0])["containerd"]["plugins"]["io.containerd.cri.v1.runtime"]

    assert runtime["restrict_oom_score_adj"] is True


def test_services_are_nftables_and_the_machines_conntrack_is_left_alone(
    nodes: tuple[Node, ...],
) -> None:
    proxy = written(nodes[0])["kube-proxy"]

    assert proxy["mode"] == "nftables"
    assert proxy["conntrack"] == {"maxPerCore": 0, "min": 0}


def test_the_policy_agent_neither_routes_nor_proxies(nodes: tuple[Node, ...]) -> None:
    router = node_agents.programs(nodes[0])[-1].command

    assert "--run-firewall=true" in router
    assert {"--run-router=false", "--run-service-proxy=false"} < set(router)


def test_pods_get_addresses_of_their_node_without_masquerade(nodes: tuple[Node, ...]) -> None:
    bridge = json.loads(pod_network(nodes[1]).read_text())["plugins"][0]

    assert bridge["ipam"]["ranges"] == [[{"subnet": "10.80.2.0/24"}]]
    assert "ipMasq" not in bridge


def test_writing_the_same_settings_again_changes_no_fingerprint(nodes: tuple[Node, ...]) -> None:
    def prints() -> list[str]:
        return [program.fingerprint() for program in node_agents.programs(nodes[0])]

    assert prints() == prints()
