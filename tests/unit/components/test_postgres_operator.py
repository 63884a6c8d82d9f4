import pytest

from components.postgres_operator import LABELS, PostgresOperator, several
from tests.unit.components.test_upstream import passed
from tests.unit.engine import Deploy

UPSTREAM = "https://github.com/cloudnative-pg/cloudnative-pg/releases/download"


@pytest.mark.parametrize(
    ("manifests", "file"),
    [
        ("/files", "/files/cloudnative-pg/cnpg-1.30.0.yaml"),
        (
            None,
            f"{UPSTREAM}/v1.30.0/cnpg-1.30.0.yaml",
        ),
    ],
)
def test_the_release_comes_from_the_folder_or_from_upstream(
    deploy: Deploy, manifests: str | None, file: str
) -> None:
    made = deploy(lambda: PostgresOperator("cloudnative-pg", manifests=manifests))

    assert made["ConfigFile", "cloudnative-pg"]["file"] == file


def test_a_drain_takes_one_of_two_operators_at_a_time_and_may_take_a_single_one(
    deploy: Deploy,
) -> None:
    twice = deploy(lambda: PostgresOperator("cloudnative-pg", replicas=2))
    once = deploy(lambda: PostgresOperator("cloudnative-pg"))

    budget = twice["PodDisruptionBudget", "cloudnative-pg"]
    assert budget["metadata"]["namespace"] == "cnpg-system"
    assert budget["spec"] == {"maxUnavailable": 1, "selector": {"matchLabels": LABELS}}
    assert ("PodDisruptionBudget", "cloudnative-pg") not in once


def test_a_second_operator_waits_on_another_node() -> None:
    template = {"metadata": {"labels": LABELS}, "spec": {"containers": [{"name": "manager"}]}}
    release = {"kind": "Deployment", "spec": {"replicas": 1, "template": template}}

    twice = passed(several(2), release)["spec"]

    assert twice["replicas"] == 2
    (rule,) = twice["template"]["spec"]["topologySpreadConstraints"]
    assert rule["topologyKey"] == "kubernetes.io/hostname"
    assert rule["labelSelector"]["matchLabels"] == LABELS
    assert twice["template"]["spec"]["containers"] == [{"name": "manager"}]


def test_one_operator_is_as_its_release_has_it() -> None:
    assert passed(several(1), {"kind": "Deployment", "spec": {}}) is None
    assert passed(several(2), {"kind": "Service", "spec": {}}) is None


def test_its_namespace_is_closed_but_for_its_webhook(deploy: Deploy) -> None:
    made = deploy(lambda: PostgresOperator("cloudnative-pg"))

    deny = made["NetworkPolicy", "cloudnative-pg-deny"]
    assert deny["metadata"]["namespace"] == "cnpg-system"
    assert deny["spec"]["policyTypes"] == ["Ingress", "Egress"]
    webhook = made["NetworkPolicy", "cloudnative-pg-from-everyone"]["spec"]
    assert webhook["ingress"] == [{"ports": [{"protocol": "TCP", "port": 9443}]}]
