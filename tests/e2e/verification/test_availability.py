"""What keeps the service up when a pod, a node or a load comes and goes."""

from kubernetes import client

from tests.e2e import timeouts
from tests.e2e.parts import API
from tests.e2e.stack import Api, RunningStack
from tests.e2e.waiting import until, until_none


def test_every_deployment_has_the_replicas_it_wants(stack: RunningStack) -> None:
    apps: Api = client.AppsV1Api(stack.kubernetes)

    def wanting() -> list[str]:
        found = apps.list_namespaced_deployment(stack.namespace).items
        return [d.metadata.name for d in found if d.status.ready_replicas != d.spec.replicas]

    until_none(wanting, within=timeouts.METRICS, what="all replicas")
    # The autoscaler, not the deployment, says how many of the service there are.
    until(lambda: len(API.pods(stack)) >= 2, within=timeouts.METRICS, what="two replicas")


def test_every_disruption_budget_lets_exactly_what_is_spare_go(stack: RunningStack) -> None:
    policy: Api = client.PolicyV1Api(stack.kubernetes)

    def spare() -> bool:
        budgets = policy.list_namespaced_pod_disruption_budget(stack.namespace).items
        ours = [b for b in budgets if b.spec.selector.match_labels.items() <= API.labels_of(stack)]
        healthy = all(b.status.current_healthy >= b.status.desired_healthy for b in budgets)
        return healthy and [b.status.disruptions_allowed for b in ours] == [1]

    # A pod that the autoscaler has just added is not ready yet.
    assert until(spare, within=timeouts.METRICS, what="budgets with one to spare")


def test_the_autoscaler_sees_its_metric(stack: RunningStack) -> None:
    autoscaling: Api = client.AutoscalingV2Api(stack.kubernetes)

    def measured() -> str | None:
        scalers = autoscaling.list_namespaced_horizontal_pod_autoscaler(stack.namespace).items
        metrics = [m for s in scalers for m in s.status.current_metrics or [] if m.resource]
        return metrics[0].resource.current.average_value if metrics else None

    assert until(measured, within=timeouts.METRICS, what="the autoscaler's metric")


def test_the_replicas_ask_to_be_spread(stack: RunningStack) -> None:
    for pod in API.pods(stack):
        spread = {c.topology_key for c in pod.spec.topology_spread_constraints}
        assert "kubernetes.io/hostname" in spread
