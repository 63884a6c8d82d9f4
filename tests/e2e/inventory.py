"""Every object that a cluster holds, of every kind that it knows, found by discovery."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.e2e.kubectl import kubectl

PASSING = {"Event", "Lease", "NodeMetrics", "PodMetrics", "CertificateSigningRequest"}
"""What comes and goes by itself everywhere."""
RENEWED = {"Pod", "EndpointSlice", "Endpoints", "ReplicaSet", "ControllerRevision"}
"""What the cluster's own workloads make anew whenever they restart."""
OF_EVERY_CLUSTER = {"kube-system", "kube-node-lease", "kube-public"}


@dataclass(frozen=True, order=True)
class Thing:
    """One object, by what tells it from every other."""

    kind: str
    namespace: str
    name: str

    @property
    def passing(self) -> bool:
        """Whether it says nothing about what was deployed."""
        own = self.namespace in OF_EVERY_CLUSTER
        return self.kind in PASSING or (own and self.kind in RENEWED)


def inventory(kubeconfig: Path) -> Mapping[Thing, datetime]:
    """All lasting objects of a cluster, with the time at which each came."""
    kinds = kubectl(kubeconfig, "api-resources", "--verbs=list", "--output=name").split()
    found = json.loads(
        kubectl(kubeconfig, "get", ",".join(kinds), "--all-namespaces", "--output=json")
    )
    things = {}
    for each in found["items"]:
        meta = each["metadata"]
        thing = Thing(each["kind"], meta.get("namespace", ""), meta["name"])
        if not thing.passing and "creationTimestamp" in meta:
            things[thing] = datetime.fromisoformat(meta["creationTimestamp"])
    return things
