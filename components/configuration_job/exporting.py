"""The objects of some namespaces as they were declared: what somebody else makes is left out."""

import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from components.verification_job.cluster_api import Api, Thing
from components.verification_job.errors import VerificationError

MADE_BY_KUBERNETES = {("ServiceAccount", "default"), ("ConfigMap", "kube-root-ca.crt")}
"""In every namespace, as soon as it is there."""

SERVERS_OWN = (
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
)
"""Metadata that the API server fills in."""

CONTROLLERS_OWN = (
    "deployment.kubernetes.io/revision",
    "kubectl.kubernetes.io/last-applied-configuration",
)
"""Annotations that say what has become of an object."""

JOBS_OWN = ("batch.kubernetes.io/controller-uid", "controller-uid")
"""Labels by which a job of this very cluster finds its pods."""


@dataclass(frozen=True)
class Export:
    """What was found."""

    things: Sequence[Thing]
    absent: Sequence[str]
    """Kinds that this cluster does not know."""


def exported(api: Api, namespaces: Iterable[str], kinds: Mapping[str, Sequence[str]]) -> Export:
    """All declared objects, the namespaces themselves first."""
    homes = list(namespaces)
    things = [stripped(_namespace(api, home)) for home in homes]
    absent = []
    for group, resources in kinds.items():
        root = _root(api, group)
        for resource in resources:
            lists = [api.get(f"{root}/namespaces/{home}/{resource}") for home in homes]
            if not root or not any(lists):
                absent.append(f"{resource}.{group}" if group else resource)
            things += [stripped(it) for found in lists for it in _items(found) if declared(it)]
    return Export(things, absent)


def declared(thing: Thing) -> bool:
    """Whether someone asked for an object, rather than another object's owner having made it."""
    meta = thing["metadata"]
    named = (thing["kind"], meta["name"])
    return not meta.get("ownerReferences") and named not in MADE_BY_KUBERNETES


def stripped(thing: Thing) -> Thing:
    """An object as it would be declared again, in this cluster or another one."""
    kept: Thing = json.loads(json.dumps(thing))
    kept.pop("status", None)
    meta = kept["metadata"]
    for field in SERVERS_OWN:
        meta.pop(field, None)
    for name in CONTROLLERS_OWN:
        meta.get("annotations", {}).pop(name, None)
    _STRIPS.get(kept["kind"], _as_it_is)(kept)
    return kept


def packed(things: Iterable[Thing]) -> bytes:
    """One object a line, compressed; the same objects are the same bytes."""
    lines = (json.dumps(it, sort_keys=True, separators=(",", ":")) + "\n" for it in things)
    return gzip.compress("".join(lines).encode(), mtime=0)


def unpacked(body: bytes) -> list[Thing]:
    """The objects of a file."""
    try:
        return [json.loads(line) for line in gzip.decompress(body).splitlines()]
    except (OSError, EOFError, ValueError) as wrong:
        raise VerificationError(f"the file is damaged: {wrong}") from None


def digest(body: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(body).hexdigest()


def identity(thing: Thing) -> tuple[str, str, str, str]:
    """By what an object is the same one elsewhere: group, kind, namespace, name."""
    group = thing["apiVersion"].rpartition("/")[0]
    return group, thing["kind"], thing["metadata"].get("namespace", ""), thing["metadata"]["name"]


def _namespace(api: Api, name: str) -> Thing:
    found = api.get(f"/api/v1/namespaces/{name}")
    if not found:
        raise VerificationError(f"namespace {name} is not there; its part was taken away")
    return found


def _root(api: Api, group: str) -> str:
    """Where a group is, in the version that this cluster prefers; empty if it has none."""
    if not group:
        return "/api/v1"
    preferred = api.get(f"/apis/{group}").get("preferredVersion")
    return f"/apis/{preferred['groupVersion']}" if preferred else ""


def _items(found: Thing) -> Iterator[Thing]:
    """The objects of a list, which says once for all what they are."""
    for item in found.get("items", ()):
        kind = found["kind"].removesuffix("List")
        yield {"apiVersion": found["apiVersion"], "kind": kind, **item}


def _service(thing: Thing) -> None:
    """Its address is this cluster's; that it has none is its declaration."""
    spec = thing["spec"]
    if spec.get("clusterIP") != "None":
        spec.pop("clusterIP", None)
        spec.pop("clusterIPs", None)


def _job(thing: Thing) -> None:
    spec = thing["spec"]
    if not spec.get("manualSelector"):
        spec.pop("selector", None)
    for labels in (thing["metadata"].get("labels"), _labels_of_pods(spec)):
        for name in JOBS_OWN:
            (labels or {}).pop(name, None)


def _labels_of_pods(spec: Thing) -> dict[str, Any]:
    labels: dict[str, Any] = spec["template"].get("metadata", {}).get("labels", {})
    return labels


def _as_it_is(_: Thing) -> None:
    """Most kinds have no field that belongs to a cluster."""


_STRIPS = {"Service": _service, "Job": _job}
