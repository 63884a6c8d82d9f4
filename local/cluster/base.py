"""What every cluster of ours has: names, volumes, metrics, and the rights of its own processes."""

from pathlib import Path
from string import Template
from typing import Any

import yaml

from local.cluster.health import wait
from local.cluster.kubectl import apply, condition, objects
from local.cluster.layout import Cluster, Node

MANIFESTS = Path(__file__).parents[1] / "base"
NAMESPACE = "kube-system"
READY_SECONDS = 600.0
APPLY_SECONDS = 120.0
"""A busy API server takes half a minute to describe itself, then kubectl gives up."""

# Metrics come some seconds later; nothing that is deployed next waits for them.
NEEDED = ("coredns", "local-path-provisioner")


def ensure(cluster: Cluster) -> None:
    """Make the base be what it should, whatever became of it."""
    wanted = [*(_node(node) for node in cluster.nodes), *manifests(cluster)]

    def applied() -> bool:
        apply(cluster, wanted)
        return True

    api = f"{cluster.name}:kube-apiserver"
    wait(f"what {cluster.name} is based on", applied, seconds=APPLY_SECONDS, part=api)


def wait_ready(cluster: Cluster) -> None:
    """Until names resolve and volumes can be had."""

    def ready() -> bool:
        found = objects(cluster, "deployments", "--namespace", NAMESPACE)
        return all(condition(each, "Available") for each in found if _name(each) in NEEDED)

    wait(f"{cluster.name}'s base", ready, seconds=READY_SECONDS, part=cluster.nodes[0].name)


def manifests(cluster: Cluster) -> list[dict[str, Any]]:
    """The manifests in local/base, with what differs between clusters filled in."""
    values = {"dns": cluster.dns, "volumes": str(cluster.volumes)}
    texts = (Template(path.read_text()) for path in sorted(MANIFESTS.glob("*.yaml")))
    return [each for text in texts for each in yaml.safe_load_all(text.substitute(values))]


def _node(node: Node) -> dict[str, Any]:
    """Declared before its kubelet comes, so that it has the pod range of the layout."""
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": node.name},
        "spec": {"podCIDR": node.pod_range, "podCIDRs": [node.pod_range]},
    }


def _name(thing: dict[str, Any]) -> str:
    return str(thing["metadata"]["name"])
