from typing import Any

import pytest

from policies.disruption import may_lose_all, replicated, selects, sits_together

LABELS = {"app": "api", "tier": "web"}


def deployment(**spec: Any) -> dict[str, Any]:
    return {
        "kind": "Deployment",
        "metadata": {"name": "api", "namespace": "fraud"},
        "spec": {"template": {"metadata": {"labels": LABELS}, "spec": {}}, **spec},
    }


def budget(namespace: str = "fraud", **labels: str) -> dict[str, Any]:
    return {
        "kind": "PodDisruptionBudget",
        "metadata": {"namespace": namespace},
        "spec": {"minAvailable": 1, "selector": {"matchLabels": labels}},
    }


def scaler(name: str = "api", **spec: Any) -> dict[str, Any]:
    target = {"kind": "Deployment", "name": name}
    return {
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"namespace": "fraud"},
        "spec": {"scaleTargetRef": target, **spec},
    }


@pytest.mark.parametrize("objects", [(deployment(),), (deployment(replicas=1),)])
def test_a_single_replica_is_not_judged(objects: tuple[Any, ...]) -> None:
    assert not list(replicated(objects))


@pytest.mark.parametrize(
    ("objects", "replicas"),
    [
        ((deployment(replicas=3),), [3]),
        ((deployment(), scaler(minReplicas=2)), [2]),
        ((deployment(replicas=2), scaler("other")), [2]),
        ((deployment(replicas=2), scaler()), []),
    ],
    ids=["as it says", "floor of its autoscaler", "autoscaler of another", "autoscaler from one"],
)
def test_replicas_are_counted_at_their_least(objects: tuple[Any, ...], replicas: list[int]) -> None:
    assert [each.body["replicas"] for each in replicated(objects)] == replicas


def test_a_budget_covers_the_pods_that_it_selects_in_its_own_namespace() -> None:
    ours = budget(app="api")
    objects = (deployment(replicas=2), ours, budget(app="worker"), budget("other", app="api"))

    (subject,) = replicated(objects)

    assert subject.body["budgets"] == [ours["spec"]]


@pytest.mark.parametrize(
    "spec",
    [
        {"minAvailable": 1},
        {"maxUnavailable": 1},
        {"minAvailable": "50%"},
        {"maxUnavailable": "25%"},
    ],
)
def test_a_budget_that_lets_one_replica_go_passes(spec: dict[str, Any]) -> None:
    assert not list(may_lose_all({"replicas": 2, "budgets": [spec]}))


def test_replicas_without_a_budget_are_refused() -> None:
    assert list(may_lose_all({"replicas": 2, "budgets": []})) == [
        "has 2 replicas and no PodDisruptionBudget"
    ]


@pytest.mark.parametrize(
    "spec",
    [
        {"minAvailable": 2},
        {"minAvailable": "100%"},
        {"maxUnavailable": 0},
        {"maxUnavailable": "0%"},
    ],
)
def test_a_budget_that_lets_no_replica_go_is_refused(spec: dict[str, Any]) -> None:
    assert list(may_lose_all({"replicas": 2, "budgets": [spec]})) == [
        "has a PodDisruptionBudget that allows no disruption, so no node can be drained"
    ]


def test_replicas_spread_over_nodes_pass() -> None:
    spread = [{"topologyKey": "kubernetes.io/hostname"}]

    assert not list(sits_together({"replicas": 2, "pod": {"topologySpreadConstraints": spread}}))


@pytest.mark.parametrize("spread", [[], [{"topologyKey": "topology.kubernetes.io/zone"}]])
def test_replicas_that_may_share_a_node_are_refused(spread: list[Any]) -> None:
    assert list(sits_together({"replicas": 2, "pod": {"topologySpreadConstraints": spread}})) == [
        (
            "has 2 replicas that may share a node;"
            " add a topologySpreadConstraint over kubernetes.io/hostname"
        )
    ]


@pytest.mark.parametrize(
    ("selector", "covers"),
    [
        ({}, True),
        ({"matchLabels": {"app": "api"}}, True),
        ({"matchLabels": {"app": "api", "tier": "data"}}, False),
        ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["api"]}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["api"]}]}, False),
        ({"matchExpressions": [{"key": "app", "operator": "Exists"}]}, True),
        ({"matchExpressions": [{"key": "zone", "operator": "DoesNotExist"}]}, True),
        ({"matchExpressions": [{"key": "zone", "operator": "Exists"}]}, False),
    ],
)
def test_selectors_cover_what_kubernetes_says_they_do(
    selector: dict[str, Any], *, covers: bool
) -> None:
    assert selects(selector, LABELS) is covers
