import configparser
import runpy
import sys
from pathlib import Path
from types import ModuleType

import pytest

from components.mlflow import ACCOUNTS
from components.mlflow_pods import auth_file
from tests.unit.components.platform import platform
from tests.unit.engine import Deploy, Inputs, Made, secret_files
from tests.unit.verdict import verdict


def mlflow(deploy: Deploy) -> Made:
    return deploy(platform)


def pod_of(made: Made) -> Inputs:
    pod: Inputs = made["Deployment", "mlflow"]["spec"]["template"]["spec"]
    return pod


def test_runs_go_to_its_database_and_artifacts_to_its_bucket_through_the_server(
    deploy: Deploy,
) -> None:
    (server,) = pod_of(mlflow(deploy))["containers"]

    env = {entry["name"]: entry["value"] for entry in server["env"]}
    assert (env["PGHOST"], env["PGDATABASE"]) == ("ledger-rw.fraud.svc", "mlflow")
    assert env["PGSSLMODE"] == "verify-full"
    assert env["MLFLOW_S3_ENDPOINT_URL"] == "http://objects.fraud.svc:7070"
    assert env["BUCKET"] == "models"
    script = server["command"][2]
    assert '--serve-artifacts --artifacts-destination "s3://$BUCKET"' in script
    assert "--backend-store-uri postgresql+psycopg2:// " in script


def test_every_credential_is_a_file(deploy: Deploy) -> None:
    pod = pod_of(mlflow(deploy))

    assert secret_files(pod) == {
        "admin.password": ("mlflow-admin", "password"),
        "auth.ini": ("mlflow-admin", "auth.ini"),
        "aws": ("objects-models", "credentials"),
        "pg_service.conf": ("mlflow-database", "pg_service.conf"),
        "postgres_ca.crt": ("ledger-ca", "ca.crt"),
        "trainer.password": ("mlflow-trainer", "password"),
    }
    names = {entry["name"] for container in pod["containers"] for entry in container["env"]}
    assert not [name for name in names if "PASSWORD" in name or "SECRET" in name]


def test_its_schema_and_accounts_are_ready_before_it_serves(deploy: Deploy) -> None:
    made = mlflow(deploy)

    (first,) = pod_of(made)["initContainers"]
    assert "mlflow db upgrade" in first["command"][2]
    assert "mlflow_accounts.py" in first["command"][2]
    assert made["ConfigMap", "mlflow"]["data"]["mlflow_accounts.py"] == ACCOUNTS.read_text()


def test_two_versions_never_share_its_database(deploy: Deploy) -> None:
    spec = mlflow(deploy)["Deployment", "mlflow"]["spec"]

    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})


def test_being_passed_a_database_and_a_bucket_opens_those_two_paths(deploy: Deploy) -> None:
    made = mlflow(deploy)

    ways = {name for kind, name in made if kind == "NetworkPolicy" and "mlflow" in name}
    assert ways == {
        "mlflow-to-ledger",
        "ledger-from-mlflow",
        "mlflow-to-objects",
        "objects-from-mlflow",
    }


def test_who_is_not_named_is_nobody_and_what_others_made_is_for_reading() -> None:
    config = configparser.ConfigParser()
    config.read_string(auth_file())

    told = config["mlflow"]
    assert told["default_permission"] == "READ"
    assert "{{ .password }}" in told["admin_password"]
    assert told["authorization_function"].endswith("authenticate_request_basic_auth")


def test_the_policies_find_nothing_wrong_with_it(deploy: Deploy) -> None:
    assert [each for each in verdict(mlflow(deploy)) if "mlflow" in each] == []


class Store:
    """MLflow's own store of accounts, as far as the step before the server uses it."""

    def __init__(self) -> None:
        self.users = {"admin": ("old", True)}
        self.at = ""

    def init_db(self, uri: str) -> None:
        self.at = uri

    def has_user(self, name: str) -> bool:
        return name in self.users

    def create_user(self, name: str, password: str, *, is_admin: bool) -> None:
        assert name not in self.users
        self.users[name] = (password, is_admin)

    def update_user(self, name: str, *, password: str, is_admin: bool) -> None:
        assert name in self.users
        self.users[name] = (password, is_admin)


def test_accounts_become_what_the_secrets_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store()
    config = ModuleType("mlflow.server.auth.config")
    config.read_auth_config = lambda: Said  # type: ignore[attr-defined]
    stores = ModuleType("mlflow.server.auth.sqlalchemy_store")
    stores.SqlAlchemyStore = lambda: store  # type: ignore[attr-defined]
    for name in ("mlflow", "mlflow.server", "mlflow.server.auth"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, config.__name__, config)
    monkeypatch.setitem(sys.modules, stores.__name__, stores)
    (tmp_path / "admin.password").write_text("new")
    (tmp_path / "trainer.password").write_text("hers")
    (tmp_path / "aws").write_text("no account")
    monkeypatch.setattr(sys, "argv", [ACCOUNTS.name, str(tmp_path)])

    runpy.run_path(str(ACCOUNTS), run_name="__main__")

    assert store.at == "postgresql+psycopg2://"
    assert store.users == {"admin": ("new", True), "trainer": ("hers", False)}


class Said:
    """MLflow's settings."""

    database_uri = "postgresql+psycopg2://"
    admin_username = "admin"
