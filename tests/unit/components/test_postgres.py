import pulumi
import pytest

from components.postgres import Postgres
from components.postgres_operator import PostgresOperator
from components.postgres_specs import buffers_of
from components.secrets import Secrets
from tests.unit.engine import Deploy, Made


def postgres(deploy: Deploy, *, instances: int = 2) -> Made:
    def program() -> None:
        Postgres(
            "ledger",
            namespace="fraud",
            operator=PostgresOperator("cloudnative-pg"),
            secrets=Secrets("external-secrets", namespace="fraud"),
            instances=instances,
        )

    return deploy(program)


def test_a_commit_is_on_two_instances_or_does_not_happen(deploy: Deploy) -> None:
    spec = postgres(deploy)["Cluster", "ledger"]["spec"]

    assert spec["instances"] == 2
    synchronous = spec["postgresql"]["synchronous"]
    assert synchronous == {"method": "any", "number": 1, "dataDurability": "required"}


def test_postgres_keeps_three_eighths_of_its_memory_for_pages(deploy: Deploy) -> None:
    spec = postgres(deploy)["Cluster", "ledger"]["spec"]

    assert spec["resources"]["limits"]["memory"] == "1Gi"
    assert spec["postgresql"]["parameters"]["shared_buffers"] == "384MB"
    assert buffers_of("512Mi") == "192MB"


@pytest.mark.parametrize("memory", ["1G", "1.5Gi", "", "0Mi", "Gi"])
def test_memory_in_other_units_is_refused_in_one_line(memory: str) -> None:
    with pytest.raises(pulumi.RunError, match=f"memory is '{memory}', allowed: whole Mi or Gi"):
        buffers_of(memory)


def test_three_instances_fail_over_only_to_one_that_has_every_commit(deploy: Deploy) -> None:
    three = postgres(deploy, instances=3)["Cluster", "ledger"]["spec"]["postgresql"]["synchronous"]

    assert three == {
        "method": "any", "number": 1, "dataDurability": "required", "failoverQuorum": True
    }  # fmt: skip


def test_with_two_replicas_the_one_that_is_left_finds_the_next_primary_at_once(
    deploy: Deploy,
) -> None:
    def retries(instances: int) -> str | None:
        spec = postgres(deploy, instances=instances)["Cluster", "ledger"]["spec"]
        found: str | None = spec["postgresql"]["parameters"].get("wal_retrieve_retry_interval")
        return found

    assert (retries(2), retries(3)) == (None, "200ms")


def test_three_instances_are_back_as_soon_as_they_answer(deploy: Deploy) -> None:
    spec = postgres(deploy, instances=3)["Cluster", "ledger"]["spec"]

    assert spec["smartShutdownTimeout"] == 0
    assert {probe["periodSeconds"] for probe in spec["probes"].values()} == {1}
    lease = spec["primaryLease"]
    assert lease["leaseDurationSeconds"] > lease["renewDeadlineSeconds"] > 1.2


def test_with_nodes_to_lose_the_poolers_keep_apart(deploy: Deploy) -> None:
    def apart(instances: int) -> list[str]:
        template = postgres(deploy, instances=instances)["Pooler", "ledger-pooler"]["spec"]
        rules = template["template"]["spec"].get("topologySpreadConstraints", [])
        return [rule["labelSelector"]["matchLabels"]["cnpg.io/poolerName"] for rule in rules]

    assert apart(2) == []
    assert apart(3) == ["ledger-pooler"]


def test_one_instance_could_not_keep_that_promise_and_is_refused(deploy: Deploy) -> None:
    with pytest.raises(pulumi.RunError, match="instances is 1, allowed: 2 or more"):
        postgres(deploy, instances=1)


def test_the_owner_gets_a_generated_password(deploy: Deploy) -> None:
    made = postgres(deploy)

    initdb = made["Cluster", "ledger"]["spec"]["bootstrap"]["initdb"]
    assert initdb["secret"] == {"name": "ledger-owner"}
    template = made["ExternalSecret", "ledger-owner"]["spec"]["target"]["template"]
    assert template["type"] == "kubernetes.io/basic-auth"
    assert template["data"]["username"] == initdb["owner"]


def test_the_certificate_covers_the_pooler_so_clients_can_verify_it(deploy: Deploy) -> None:
    names = postgres(deploy)["Cluster", "ledger"]["spec"]["certificates"]["serverAltDNSNames"]

    assert "ledger-pooler.fraud.svc" in names


def test_the_pooler_works_per_transaction_and_survives_a_drain(deploy: Deploy) -> None:
    made = postgres(deploy)

    spec = made["Pooler", "ledger-pooler"]["spec"]
    assert spec["pgbouncer"]["poolMode"] == "transaction"
    assert spec["instances"] == 2
    budget = made["PodDisruptionBudget", "ledger-pooler"]["spec"]
    assert budget["selector"]["matchLabels"] == {"cnpg.io/poolerName": "ledger-pooler"}


def test_a_failover_does_not_wait_for_polite_clients(deploy: Deploy) -> None:
    spec = postgres(deploy)["Cluster", "ledger"]["spec"]

    assert spec["smartShutdownTimeout"] <= 2
    assert spec["failoverDelay"] == 0
    assert spec["primaryLease"]["leaseDurationSeconds"] <= 5


def test_the_operator_reaches_the_instances_and_nothing_else_opens_them(deploy: Deploy) -> None:
    made = postgres(deploy)

    doors = {
        name
        for (kind, name), inputs in made.items()
        if kind == "NetworkPolicy"
        and "Ingress" in inputs["spec"]["policyTypes"]
        and inputs["metadata"]["namespace"] == "fraud"
    }
    assert doors == {
        "ledger-inside-from-cloudnative-pg",
        "ledger-inside-from-ledger-inside",
    }
    way_out = made["NetworkPolicy", "cloudnative-pg-to-ledger-inside"]
    assert way_out["metadata"]["namespace"] == "cnpg-system"
