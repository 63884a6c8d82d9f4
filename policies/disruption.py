"""A workload with several replicas keeps some of them when a node is drained or lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from policies.manifests import at, namespace_of, of_kind
from policies.policy import Manifest, Objects, Subject


def replicated(objects: Objects) -> Iterator[Subject]:
    """Picks the workloads of two or more replicas, each with the budgets that cover it."""
    for workload in of_kind(objects, "Deployment", "StatefulSet"):
        replicas = _replicas(workload, objects)
        if replicas > 1:
            body = {
                "replicas": replicas,
                "pod": at(workload, "spec", "template", "spec"),
                "budgets": _budgets(workload, objects),
            }
            yield Subject(where="it", body=body, owner=workload)


def may_lose_all(workload: Manifest) -> Iterator[str]:
    """Replicas without a budget, or with one that no drain can ever satisfy."""
    if not workload["budgets"]:
        yield f"has {workload['replicas']} replicas and no PodDisruptionBudget"
    for budget in workload["budgets"]:
        most, least = budget.get("maxUnavailable"), budget.get("minAvailable")
        if most in (0, "0", "0%") or least == "100%" or _reaches(least, workload["replicas"]):
            yield "has a PodDisruptionBudget that allows no disruption, so no node can be drained"


def sits_together(workload: Manifest) -> Iterator[str]:
    """Replicas that may all be put on one node."""
    spread = at(workload["pod"], "topologySpreadConstraints")
    if not any(each.get("topologyKey") == "kubernetes.io/hostname" for each in spread):
        yield (
            f"has {workload['replicas']} replicas that may share a node;"
            " add a topologySpreadConstraint over kubernetes.io/hostname"
        )


def selects(selector: Manifest, labels: Manifest) -> bool:
    """Whether a label selector covers a pod's labels, as Kubernetes decides it."""
    pairs = at(selector, "matchLabels")
    return all(labels.get(key) == value for key, value in pairs.items()) and all(
        _holds(each, labels) for each in at(selector, "matchExpressions")
    )


def _holds(expression: Manifest, labels: Manifest) -> bool:
    value, values = labels.get(expression["key"]), expression.get("values") or ()
    return {
        "In": value in values,
        "NotIn": value not in values,
        "Exists": value is not None,
        "DoesNotExist": value is None,
    }[expression["operator"]]


def _replicas(workload: Manifest, objects: Objects) -> int:
    """How many there are at least: the floor of an autoscaler, or what the workload says."""
    for scaler in of_kind(objects, "HorizontalPodAutoscaler"):
        target = at(scaler, "spec", "scaleTargetRef")
        ours = (workload["kind"], at(workload, "metadata").get("name"), namespace_of(workload))
        if (target.get("kind"), target.get("name"), namespace_of(scaler)) == ours:
            return int(at(scaler, "spec").get("minReplicas") or 1)
    return int(at(workload, "spec").get("replicas") or 1)


def _budgets(workload: Manifest, objects: Objects) -> list[Manifest]:
    labels = at(workload, "spec", "template", "metadata", "labels")
    return [
        each["spec"]
        for each in of_kind(objects, "PodDisruptionBudget")
        if namespace_of(each) == namespace_of(workload)
        and selects(at(each, "spec", "selector"), labels)
    ]


def _reaches(least: Any, replicas: int) -> bool:
    return least is not None and not str(least).endswith("%") and int(least) >= replicas
