import pulumi
import pytest

from components.fraud_service import FraudService, chosen
from components.postgres import Postgres
from components.postgres_operator import PostgresOperator
from components.redis import Redis
from components.secrets import Secrets
from tests.unit.engine import Deploy, Inputs, Made, secret_files

IMAGE = "registry/bulwark/fraud:1@sha256:" + "0" * 64
OTHER = "registry/bulwark/fraud:1@sha256:" + "1" * 64


def service(deploy: Deploy, *, image: str = IMAGE, told: list[list[str]] | None = None) -> Made:
    def program() -> None:
        secrets = Secrets("external-secrets", namespace="fraud")
        ledger = Postgres(
            "ledger",
            namespace="fraud",
            operator=PostgresOperator("cloudnative-pg"),
            secrets=secrets,
        )
        scoring = FraudService(
            "scoring",
            namespace="fraud",
            image=image,
            ledger=ledger,
            cache=Redis("features", namespace="fraud", secrets=secrets),
            secrets=secrets,
            address="node",
        )
        pulumi.export("scoring_url", scoring.url)
        if told is not None:
            pulumi.Output.all(scoring.url, scoring.api_key_secret).apply(told.append)

    return deploy(program)


def pod_of(made: Made, kind: str, name: str) -> Inputs:
    spec = made[kind, name]["spec"]
    if kind == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    pod: Inputs = spec["template"]["spec"]
    return pod


PODS = [("Deployment", "scoring"), ("Job", "scoring-migrate"), ("CronJob", "scoring-backfill")]


def test_clients_are_told_where_it_answers_and_where_its_key_is(deploy: Deploy) -> None:
    told: list[list[str]] = []
    service(deploy, told=told)

    assert told == [["http://node:30080", "fraud/scoring-api-key/password"]]


@pytest.mark.parametrize(("kind", "name"), PODS)
def test_every_role_finds_its_credentials_as_files_and_none_in_its_environment(
    deploy: Deploy, kind: str, name: str
) -> None:
    pod = pod_of(service(deploy), kind, name)

    (container,) = pod["containers"]
    assert not [entry for entry in container["env"] if "PASSWORD" in entry["name"]]
    assert secret_files(pod) == {
        "fraud_api_key": ("scoring-api-key", "password"),
        "fraud_postgres_password": ("ledger-owner", "password"),
        "fraud_redis_password": ("features-password", "password"),
        "postgres_ca.crt": ("ledger-ca", "ca.crt"),
    }


@pytest.mark.parametrize(("kind", "name"), PODS)
def test_every_role_runs_hardened(deploy: Deploy, kind: str, name: str) -> None:
    pod = pod_of(service(deploy), kind, name)

    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsUser"] == 10001
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["resources"]["limits"].keys() == {"memory"}


@pytest.mark.parametrize(
    ("kind", "name", "host"),
    [
        ("Deployment", "scoring", "ledger-pooler.fraud.svc"),
        ("Job", "scoring-migrate", "ledger-rw.fraud.svc"),
        ("CronJob", "scoring-backfill", "ledger-rw.fraud.svc"),
    ],
)
def test_short_transactions_go_through_the_pooler_and_long_ones_do_not(
    deploy: Deploy, kind: str, name: str, host: str
) -> None:
    (container,) = pod_of(service(deploy), kind, name)["containers"]

    env = {entry["name"]: entry["value"] for entry in container["env"]}
    assert env["FRAUD_POSTGRES_HOST"] == host


def test_passing_parts_opens_exactly_the_paths_to_them(deploy: Deploy) -> None:
    made = service(deploy)

    paths = {
        name: [port["port"] for rule in inputs["spec"]["egress"] for port in rule["ports"]]
        for (kind, name), inputs in made.items()
        if kind == "NetworkPolicy" and name.startswith("scoring-to-")
    }
    assert paths == {
        "scoring-to-ledger": [5432],
        "scoring-to-ledger-pooler": [5432],
        "scoring-to-features": [6379],
    }


def test_only_the_api_is_behind_the_front_door(deploy: Deploy) -> None:
    made = service(deploy)

    door = made["NetworkPolicy", "scoring-from-everyone"]["spec"]["podSelector"]["matchLabels"]
    assert door == made["Service", "scoring"]["spec"]["selector"]
    job = made["Job", "scoring-migrate"]["spec"]["template"]["metadata"]["labels"]
    assert not door.items() <= job.items()


def test_a_new_image_migrates_again(deploy: Deploy) -> None:
    first = service(deploy)["Job", "scoring-migrate"]["metadata"]["name"]
    second = service(deploy, image=OTHER)["Job", "scoring-migrate"]["metadata"]["name"]

    assert first.startswith("scoring-migrate-")
    assert first != second


def test_the_backfill_waits_to_be_started_by_hand(deploy: Deploy) -> None:
    spec = service(deploy)["CronJob", "scoring-backfill"]["spec"]

    assert spec["suspend"] is True


def test_a_stopping_pod_leaves_the_service_before_it_stops_answering(deploy: Deploy) -> None:
    pod = pod_of(service(deploy), "Deployment", "scoring")

    (container,) = pod["containers"]
    drain = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert 0 < drain < pod["terminationGracePeriodSeconds"]


def test_replicas_are_apart_budgeted_and_scaled(deploy: Deploy) -> None:
    made = service(deploy)

    pod = pod_of(made, "Deployment", "scoring")
    keys = {each["topologyKey"] for each in pod["topologySpreadConstraints"]}
    assert "kubernetes.io/hostname" in keys
    assert made["PodDisruptionBudget", "scoring"]["spec"]["maxUnavailable"] == 1
    scaler = made["HorizontalPodAutoscaler", "scoring"]["spec"]
    assert (scaler["minReplicas"], scaler["maxReplicas"]) == (2, 4)
    assert scaler["scaleTargetRef"]["name"] == made["Deployment", "scoring"]["metadata"]["name"]


def test_an_update_leaves_the_number_of_replicas_to_the_autoscaler(deploy: Deploy) -> None:
    assert "replicas" not in service(deploy)["Deployment", "scoring"]["spec"]


def test_an_image_that_may_change_under_us_is_refused(deploy: Deploy) -> None:
    with pytest.raises(pulumi.RunError, match="FraudService scoring runs registry/fraud:latest"):
        service(deploy, image="registry/fraud:latest")


def test_a_preview_says_that_the_port_is_still_to_be_chosen() -> None:
    assert chosen(None) == "(chosen at up)"
    assert chosen(30080) == "30080"
