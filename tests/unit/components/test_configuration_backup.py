import json
from typing import Any

import pulumi
import pytest

from components.backup_verification import BackupVerification
from components.cert_manager import CertManager
from components.cloud_buckets import S3Bucket
from components.configuration_backup import ConfigurationBackup
from components.configuration_job.kinds import KINDS
from components.configuration_specs import S3Place
from components.fraud_tables import FRAUD_TABLES
from components.object_store import ObjectStore
from components.postgres_operator import PostgresOperator
from components.secrets import Secrets
from tests.unit.components.backed_up import HOME, backed_up
from tests.unit.engine import Deploy, Inputs, Made
from tests.unit.verdict import verdict

ROLE = "arn:aws:iam::1:role/configuration"


def bucket() -> S3Place:
    secrets = Secrets("external-secrets", namespace=HOME)
    store = ObjectStore("objects", namespace=HOME, secrets=secrets, buckets=["configuration"])
    return store.bucket("configuration")


def backup(
    deploy: Deploy,
    place: S3Place | None = None,
    *,
    schedule: str = "7 * * * *",
    keep_days: int = 5,
) -> Made:
    def program() -> None:
        ConfigurationBackup(
            "configuration",
            namespace=HOME,
            place=place or bucket(),
            beside=[PostgresOperator("cloudnative-pg"), CertManager("cert-manager")],
            schedule=schedule,
            keep_days=keep_days,
        )

    return deploy(program)


@pytest.fixture
def made(deploy: Deploy) -> Made:
    return backup(deploy)


def pod(made: Made) -> Inputs:
    spec: Inputs = made["CronJob", "configuration"]["spec"]["jobTemplate"]["spec"]["template"]
    body: Inputs = spec["spec"]
    return body


def plan(made: Made) -> Inputs:
    read: Inputs = json.loads(made["ConfigMap", "configuration-plan"]["data"]["plan.json"])
    return read


def test_it_runs_by_the_clock_one_at_a_time_and_fails_for_good(made: Made) -> None:
    spec = made["CronJob", "configuration"]["spec"]

    assert (spec["schedule"], spec["suspend"]) == ("7 * * * *", False)
    assert spec["concurrencyPolicy"] == "Forbid"
    assert spec["jobTemplate"]["spec"]["backoffLimit"] == 0


def test_it_is_told_the_namespaces_of_the_parts_beside_it(made: Made) -> None:
    told = plan(made)

    assert told["namespaces"] == [HOME, "cnpg-system", "cert-manager"]
    assert told["kinds"] == {group: list(kinds) for group, kinds in KINDS.items()}
    assert told["keep_days"] == 5
    assert told["bucket"]["endpoint"] == "http://objects.fraud.svc:7070"


def test_the_namespace_of_restores_is_one_that_can_be_exported(deploy: Deploy) -> None:
    def program() -> None:
        verification = BackupVerification(
            "verification",
            namespace=HOME,
            of=backed_up(),
            secrets=Secrets("secrets", namespace=HOME),
            tables=FRAUD_TABLES,
        )
        ConfigurationBackup("configuration", namespace=HOME, place=bucket(), beside=[verification])

    assert plan(deploy(program))["namespaces"] == [HOME, "verification"]


def test_it_may_list_what_it_exports_and_no_secret(made: Made) -> None:
    rules = made["ClusterRole", "configuration"]["rules"]

    listed = {
        (group, resource)
        for rule in rules
        if rule["verbs"] == ["list"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    }
    assert listed == {(group, kind) for group, kinds in KINDS.items() for kind in kinds}
    assert ("", "secrets") not in listed
    others = [rule for rule in rules if rule["verbs"] != ["list"]]
    assert [(rule["resources"], rule["verbs"]) for rule in others] == [(["namespaces"], ["get"])]


def test_it_may_so_in_the_platforms_namespaces_alone(made: Made) -> None:
    bound = {
        each["metadata"]["namespace"]
        for (kind, name), each in made.items()
        if kind == "RoleBinding" and each["roleRef"]["name"] == "bulwark-configuration"
    }

    assert bound == {HOME, "cnpg-system", "cert-manager"}
    assert ("ClusterRoleBinding", "configuration") not in made


def test_at_home_it_may_write_its_record_and_nothing_else(made: Made) -> None:
    (only,) = made["Role", "configuration-records"]["rules"]

    assert only["resourceNames"] == ["configuration-record"]
    assert only["verbs"] == ["get", "patch"]


def test_the_key_of_the_bucket_is_a_file_that_every_sdk_reads(made: Made) -> None:
    (volume,) = (each for each in pod(made)["volumes"] if each["name"] == "bucket")
    assert volume["secret"]["secretName"] == "objects-configuration"
    env = {each["name"]: each.get("value") for each in pod(made)["containers"][0]["env"]}

    assert env["AWS_SHARED_CREDENTIALS_FILE"] == "/run/configuration/bucket/credentials"


def test_a_bucket_of_a_cloud_is_opened_by_who_the_job_is(deploy: Deploy) -> None:
    place = S3Bucket(name="bulwark", region="eu-north-1", role=ROLE, key="1234")
    made = backup(deploy, place)

    account = made["ServiceAccount", "configuration"]["metadata"]
    assert account["annotations"] == {"eks.amazonaws.com/role-arn": ROLE}
    assert "bucket" not in {volume["name"] for volume in pod(made)["volumes"]}
    assert plan(made)["bucket"] == {
        "name": "bulwark",
        "region": "eu-north-1",
        "endpoint": "",
        "encryption": "aws:kms",
    }
    assert ("NetworkPolicy", "configuration-to-objects") not in made


def test_its_program_is_laid_out_as_in_the_repository(made: Made) -> None:
    held = made["ConfigMap", "configuration-program"]["data"]
    (volume,) = (each for each in pod(made)["volumes"] if each["name"] == "program")

    paths = {item["path"]: item["key"] for item in volume["configMap"]["items"]}
    assert set(paths.values()) == set(held)
    assert "components/configuration_job/__main__.py" in paths
    assert "components/verification_job/cluster_api.py" in paths
    assert not [key for key, text in held.items() if "import psycopg2" in text]


def test_it_may_go_to_the_bucket_and_the_api_server_alone(made: Made) -> None:
    leaving = {name for kind, name in made if kind == "NetworkPolicy" and name.startswith("conf")}

    assert leaving == {"configuration-to-objects", "configuration-to-api-server"}
    assert ("NetworkPolicy", "objects-from-configuration") in made


def test_the_policies_find_nothing_wrong_with_it(made: Made) -> None:
    assert [each for each in verdict(made) if "configuration" in each] == []


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"keep_days": 0}, "ConfigurationBackup configuration: keep_days is 0, allowed: 1 or"),
        ({"schedule": "daily"}, "schedule is 'daily', allowed: cron's five fields"),
    ],
)
def test_what_is_not_allowed_is_refused_with_what_is(
    deploy: Deploy, given: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(pulumi.RunError, match=complaint):
        backup(deploy, **given)
