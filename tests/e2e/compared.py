"""An export of the configuration beside the live cluster, object by object."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from components.configuration_job.exporting import declared, identity, stripped

Thing = dict[str, Any]
Identity = tuple[str, str, str, str]

LEFT_OUT: Mapping[str, str] = {
    "secrets": "who may list them may read them; what makes them is exported",
    "persistentvolumeclaims": "made by stateful sets and operators; the data is the databases'",
    "pods": "made by what is declared",
    "replicationcontrollers": "made by what is declared",
    "podtemplates": "made by what is declared",
    "endpoints": "made by services",
    "events": "news",
    "bindings": "requests",
    "leases.coordination.k8s.io": "who leads just now",
    "endpointslices.discovery.k8s.io": "made by services",
    "events.events.k8s.io": "news",
    "pods.metrics.k8s.io": "measured",
    "controllerrevisions.apps": "made by stateful sets",
    "replicasets.apps": "made by deployments",
    "csistoragecapacities.storage.k8s.io": "measured",
    "backups.postgresql.cnpg.io": "the files are in the archive, which tells of them",
    "failoverquorums.postgresql.cnpg.io": "the operator's own notes",
    "generatorstates.generators.external-secrets.io": "the operator's own notes",
    "certificaterequests.cert-manager.io": "made by certificates",
    "orders.acme.cert-manager.io": "made by certificates",
    "challenges.acme.cert-manager.io": "made by certificates",
    "volumesnapshots.snapshot.storage.k8s.io": "the storage's own",
}
"""Kinds that no export has, and why. What is in neither list must be in the export."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What is in one and not in the other."""

    exported: int
    live: int
    same: int
    missing: list[Identity]
    """There before the export, and not in it."""
    changed: list[Identity]
    """Since the export: a controller, an autoscaler, a deployment."""
    gone: list[Identity]
    """No longer live."""
    new: list[Identity]
    """Made since the export."""

    @property
    def whole(self) -> bool:
        """Whether the export has everything that was there."""
        return not self.missing


def compared(backup: Iterable[Thing], live: Iterable[Thing], at: datetime) -> Comparison:
    """An export of a moment beside what is live now."""
    then = {identity(it): it for it in backup}
    now = {identity(it): it for it in live if it["kind"] == "Namespace" or declared(it)}
    lacking = [key for key in now if key not in then]
    missing = [key for key in lacking if made(now[key]) <= at]
    both = then.keys() & now.keys()
    changed = sorted(key for key in both if stripped(now[key]) != then[key])
    return Comparison(
        exported=len(then),
        live=len(now),
        same=len(both) - len(changed),
        missing=sorted(missing),
        changed=changed,
        gone=sorted(then.keys() - now.keys()),
        new=sorted(set(lacking) - set(missing)),
    )


def made(thing: Thing) -> datetime:
    """When an object was made."""
    return datetime.fromisoformat(thing["metadata"]["creationTimestamp"])


def told(it: Identity) -> str:
    """An object in a word: `Deployment.apps fraud/scoring`."""
    group, kind, namespace, name = it
    return f"{kind}{f'.{group}' if group else ''} {namespace or '-'}/{name}"
