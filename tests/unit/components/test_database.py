import pulumi

from components.database import Database
from components.postgres import Postgres
from components.postgres_operator import PostgresOperator
from components.secrets import Secrets
from tests.unit.engine import Deploy, Made


def database(deploy: Deploy, told: dict[str, str] | None = None) -> Made:
    def program() -> None:
        secrets = Secrets("external-secrets", namespace="fraud")
        ledger = Postgres(
            "ledger",
            namespace="fraud",
            operator=PostgresOperator("cloudnative-pg"),
            secrets=secrets,
        )
        made = Database("runs", namespace="fraud", server=ledger, secrets=secrets)
        if told is not None:
            pulumi.Output.all(**made.environment).apply(told.update)

    return deploy(program)


def test_its_owner_may_log_in_and_nothing_else(deploy: Deploy) -> None:
    spec = database(deploy)["DatabaseRole", "runs-owner"]["spec"]

    assert spec["name"] == "runs"
    assert spec["login"] is True
    assert not {"superuser", "createdb", "createrole", "replication", "inRoles"} & spec.keys()
    assert spec["connectionLimit"] == 20


def test_it_lies_in_the_postgres_it_was_given_and_belongs_to_its_owner(deploy: Deploy) -> None:
    made = database(deploy)

    assert made["Database", "runs"]["spec"] == {
        "cluster": {"name": "ledger"},
        "name": "runs",
        "owner": "runs",
    }
    assert made["DatabaseRole", "runs-owner"]["spec"]["cluster"] == {"name": "ledger"}


def test_its_password_is_made_in_the_cluster_and_is_not_the_ledgers(deploy: Deploy) -> None:
    made = database(deploy)

    role = made["DatabaseRole", "runs-owner"]["spec"]
    template = made["ExternalSecret", "runs-database"]["spec"]["target"]["template"]
    assert role["passwordSecret"] == {"name": "runs-database"}
    assert template["type"] == "kubernetes.io/basic-auth"
    assert template["data"]["username"] == "runs"
    assert template["data"]["pg_service.conf"] == "[runs]\npassword={{ .password }}\n"


def test_a_client_is_told_everything_but_the_password(deploy: Deploy) -> None:
    told: dict[str, str] = {}
    database(deploy, told)

    assert told == {
        "PGHOST": "ledger-rw.fraud.svc",
        "PGPORT": "5432",
        "PGDATABASE": "runs",
        "PGUSER": "runs",
        "PGSERVICE": "runs",
        "PGSSLMODE": "verify-full",
    }


def test_what_comes_next_waits_until_it_is_there(deploy: Deploy) -> None:
    made = database(deploy)

    for thing in (("Database", "runs"), ("DatabaseRole", "runs-owner")):
        annotations = made[thing]["metadata"]["annotations"]
        assert annotations["pulumi.com/waitFor"] == "jsonpath={.status.applied}=true"


def test_the_ledger_itself_is_asked_for_nothing_more(deploy: Deploy) -> None:
    assert "managed" not in database(deploy)["Cluster", "ledger"]["spec"]
