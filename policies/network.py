"""Nothing talks to anything unless a policy says so."""

from __future__ import annotations

from collections.abc import Iterator

from policies.manifests import at, is_workload, name_of, namespace_of, of_kind
from policies.policy import Manifest, Objects, Subject


def inhabited(objects: Objects) -> Iterator[Subject]:
    """Picks the namespaces that hold workloads, each with its network policies."""
    rules = of_kind(objects, "NetworkPolicy")
    declared = {name_of(each): each for each in objects}
    for home in sorted({namespace_of(each) for each in objects if is_workload(each)}):
        here = [rule["spec"] for rule in rules if namespace_of(rule) == home]
        itself = {"kind": "Namespace", "metadata": {"name": home}}
        owner = declared.get(name_of(itself), itself)
        yield Subject(where=f"namespace {home}", body={"policies": here}, owner=owner)


def lets_all_talk(namespace: Manifest) -> Iterator[str]:
    """A direction in which traffic is allowed unless forbidden."""
    denied = {way for policy in namespace["policies"] for way in _denied_by(policy)}
    for way in ("Ingress", "Egress"):
        if way not in denied:
            yield f"has no NetworkPolicy that denies {way} to all its pods by default"


def _denied_by(policy: Manifest) -> Iterator[str]:
    selector = at(policy, "podSelector")
    if selector.get("matchLabels") or selector.get("matchExpressions"):
        return
    for way in policy.get("policyTypes") or ("Ingress",):
        if not policy.get(way.lower()):
            yield way
