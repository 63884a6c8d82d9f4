import json
from dataclasses import asdict

import pulumi
import pytest

from components.backup_verification import BackupVerification
from components.fraud_tables import FRAUD_TABLES
from components.secrets import Secrets
from tests.unit.components.backed_up import HOME, backed_up, ledger_without_archive
from tests.unit.engine import Deploy, Inputs, Made
from tests.unit.verdict import verdict


def verification(deploy: Deploy) -> Made:
    def program() -> None:
        BackupVerification(
            "verification",
            namespace=HOME,
            of=backed_up(),
            secrets=Secrets("secrets", namespace=HOME),
            tables=FRAUD_TABLES,
            schedule="7 * * * *",
        )

    return deploy(program)


@pytest.fixture
def made(deploy: Deploy) -> Made:
    return verification(deploy)


def job(made: Made) -> Inputs:
    pod: Inputs = made["CronJob", "verification"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    return pod


def plan(made: Made) -> Inputs:
    read: Inputs = json.loads(made["ConfigMap", "verification-plan"]["data"]["plan.json"])
    return read


def test_it_runs_by_the_clock_one_at_a_time_and_fails_for_good(made: Made) -> None:
    spec = made["CronJob", "verification"]["spec"]

    assert (spec["schedule"], spec["suspend"]) == ("7 * * * *", False)
    assert spec["concurrencyPolicy"] == "Forbid"
    assert spec["jobTemplate"]["spec"]["backoffLimit"] == 0


def test_the_throw_away_database_is_made_of_the_archive_in_a_closed_namespace(made: Made) -> None:
    told = plan(made)

    assert told["namespace"] == told["cluster"]["metadata"]["namespace"] == "verification"
    assert ("NetworkPolicy", "verification-deny") in made
    spec = told["cluster"]["spec"]
    assert spec["bootstrap"]["recovery"]["source"] == "origin"
    assert spec["externalClusters"][0]["plugin"]["parameters"]["serverName"] == "ledger"
    store = made["ObjectStore", "verification-archive"]
    assert store["metadata"]["name"] == "archive"
    assert store["metadata"]["namespace"] == "verification"
    assert "retentionPolicy" not in store["spec"]


def test_it_may_act_in_the_other_namespace_and_at_home_only_write_its_record(made: Made) -> None:
    roles = {name: each for (kind, name), each in made.items() if kind == "Role"}

    home = roles["verification-records"]
    assert home["metadata"]["namespace"] == HOME
    assert home["rules"] == [
        {
            "apiGroups": [""],
            "resources": ["configmaps"],
            "verbs": ["get", "patch"],
            "resourceNames": ["verification-record"],
        }
    ]
    away = roles["verification-restores"]
    assert away["metadata"]["namespace"] == "verification"
    read = {
        name
        for rule in away["rules"]
        if rule["resources"] == ["secrets"] and "get" in rule["verbs"]
        for name in rule["resourceNames"]
    }
    assert read == {"restored-app", "restored-ca"}


def test_it_reads_the_original_by_an_account_that_can_change_nothing(made: Made) -> None:
    role = made["DatabaseRole", "verification-reader"]["spec"]

    assert role["inRoles"] == ["pg_read_all_data"]
    assert plan(made)["original"]["user"] == role["name"] == "verification"


def test_every_credential_is_a_file(made: Made) -> None:
    files = {
        (volume["name"], item["path"]): (source["secret"]["name"], item["key"])
        for volume in job(made)["volumes"]
        for source in volume.get("projected", {}).get("sources", ())
        for item in source["secret"]["items"]
    }

    assert files == {
        ("original", "password"): ("verification-reader", "password"),
        ("original", "ca.crt"): ("ledger-ca", "ca.crt"),
        ("bucket", "key-id"): ("objects-backups", "key-id"),
        ("bucket", "password"): ("objects-backups", "password"),
    }


def test_its_program_and_tables_are_those_of_the_repository(made: Made) -> None:
    program = made["ConfigMap", "verification-program"]["data"]

    assert {"__init__.py", "__main__.py", "comparing.py", "restoring.py"} <= program.keys()
    assert plan(made)["tables"] == json.loads(json.dumps([asdict(each) for each in FRAUD_TABLES]))


def test_its_figures_are_served_by_a_pod_that_knows_nothing_else(made: Made) -> None:
    pod = made["Deployment", "verification-metrics"]["spec"]["template"]["spec"]

    (volume,) = (each for each in pod["volumes"] if each["name"] == "record")
    assert volume["configMap"] == {"name": "verification-record"}
    assert pod["automountServiceAccountToken"] is False


def test_the_policies_find_nothing_wrong_with_it(made: Made) -> None:
    assert [each for each in verdict(made) if "verification" in each] == []


def test_a_postgres_without_an_archive_is_refused(deploy: Deploy) -> None:
    def program() -> None:
        BackupVerification(
            "verification",
            namespace=HOME,
            of=ledger_without_archive(),
            secrets=Secrets("secrets", namespace=HOME),
            tables=FRAUD_TABLES,
        )

    with pytest.raises(pulumi.RunError, match="BackupVerification verification: ledger has no"):
        deploy(program)
