"""The API through kubectl, as the cluster's own administrator."""

import json
from pathlib import Path
from typing import Any

from local.cluster.certificates import ADMINISTRATOR
from local.cluster.layout import Cluster
from local.cluster.run import run
from local.tools import binary


def kubectl(cluster: Cluster, *words: str | Path, given: str | None = None) -> str:
    """The output of one command. It needs no role: this identity is above them."""
    identity = cluster.identities / ADMINISTRATOR
    return run(binary("kubectl"), "--kubeconfig", identity, *words, given=given)


def objects(cluster: Cluster, kinds: str, *words: str) -> list[dict[str, Any]]:
    """The objects of these kinds."""
    items = json.loads(kubectl(cluster, "get", kinds, "--output=json", *words))["items"]
    return list(items)


def apply(cluster: Cluster, documents: list[dict[str, Any]]) -> None:
    """Make the objects be so, whoever set them otherwise."""
    given = json.dumps({"apiVersion": "v1", "kind": "List", "items": documents})
    kubectl(cluster, "apply", "--server-side", "--force-conflicts", "--filename=-", given=given)


def condition(thing: dict[str, Any], name: str) -> bool:
    """Whether this condition of the object holds."""
    conditions = thing.get("status", {}).get("conditions", [])
    return any(c["type"] == name and c["status"] == "True" for c in conditions)
