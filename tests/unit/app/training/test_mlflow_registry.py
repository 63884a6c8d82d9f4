"""MLflow's mirror of the registry, on a client that keeps what it is told."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from app.domain.gate import Check
from app.ports.models import Alias, Model
from app.settings import SettingsError, TrainSettings
from app.training import mirror
from app.training.mlflow_registry import MlflowRegistry
from tests.unit.app.memory_models import MemoryModels

CARD = {
    "sha256": "0",
    "parameters": {"trees": 4},
    "metrics": {"test": {"auc": 0.9, "ap": 0.7}},
}
PASSED = Check("drift (amount)", passed=True, found=0.1, needed="at most 0.25")


def settings(**more: Any) -> TrainSettings:
    return TrainSettings(
        postgres_host="h",
        postgres_database="d",
        postgres_user="u",
        postgres_password=SecretStr("p"),
        **more,
    )


class Mlflow:
    """The module and its client in one."""

    def __init__(self) -> None:
        self.name = ""
        self.versions: list[Any] = []
        self.aliases: dict[str, str] = {}
        self.logged: dict[str, Any] = {}
        self.files: dict[str, bytes] = {}

    def set_tracking_uri(self, uri: str) -> None:
        self.uri = uri

    def set_experiment(self, name: str) -> None:
        self.experiment = name

    def MlflowClient(self) -> "Mlflow":  # noqa: N802 (theirs)
        return self

    @contextmanager
    def start_run(self, run_name: str) -> Iterator[Any]:
        yield SimpleNamespace(
            info=SimpleNamespace(artifact_uri=f"mlflow-artifacts:/{run_name}", run_id="r1")
        )

    def log_params(self, given: dict[str, Any]) -> None:
        self.logged |= given

    log_metrics = log_params

    def log_artifacts(self, folder: str, path: str) -> None:
        self.files |= {f"{path}/{one.name}": one.read_bytes() for one in Path(folder).iterdir()}

    def search_registered_models(self, _: str) -> list[str]:
        return [self.name] if self.name else []

    def create_registered_model(self, name: str) -> None:
        assert not self.name
        self.name = name

    def create_model_version(self, _: str, source: str, __: str, *, tags: dict[str, str]) -> Any:
        made = SimpleNamespace(version=len(self.versions) + 1, source=source, tags=tags)
        self.versions.append(made)
        return made

    def search_model_versions(self, _: str) -> list[Any]:
        return self.versions

    def get_registered_model(self, _: str) -> Any:
        return SimpleNamespace(aliases=dict(self.aliases))

    def set_registered_model_alias(self, _: str, alias: str, version: str) -> None:
        self.aliases[alias] = version

    def delete_registered_model_alias(self, _: str, alias: str) -> None:
        del self.aliases[alias]


@pytest.fixture
def mlflow(monkeypatch: pytest.MonkeyPatch) -> Mlflow:
    fake = Mlflow()
    monkeypatch.setitem(sys.modules, "mlflow", fake)
    for name in ("USERNAME", "PASSWORD"):
        monkeypatch.setenv(f"MLFLOW_TRACKING_{name}", "")
    return fake


def test_a_model_is_registered_once_with_its_run(mlflow: Mlflow) -> None:
    registry = MlflowRegistry(settings(mlflow_url="http://mlflow:5000"))
    model = Model("b", CARD, b"onnx")

    assert [registry.log(model, [PASSED]) for _ in range(2)] == ["1", "1"]
    assert (mlflow.uri, mlflow.name) == ("http://mlflow:5000", "fraud")
    (made,) = mlflow.versions
    assert (made.source, made.tags) == ("mlflow-artifacts:/b/model", {"ledger_version": "b"})
    assert mlflow.files["model/model.onnx"] == b"onnx"
    assert b'"trees": 4' in mlflow.files["model/card.json"]
    assert mlflow.logged == {
        "trees": 4,
        "test_auc": 0.9,
        "test_ap": 0.7,
        "gate_drift_amount": 0.1,
        "gate_passed": 1.0,
    }


async def test_aliases_follow_the_ledger_whoever_moved_them(mlflow: Mlflow) -> None:
    models = MemoryModels("a")
    for version in ("a", "b"):
        await models.publish(Model(version, CARD, version.encode()), "someone")
    await models.promote("b", "someone", "because", forced=True)
    registry = MlflowRegistry(settings(mlflow_url="http://mlflow:5000"))
    mlflow.aliases = {"champion": "9", "challenger": "9", "of-others": "9"}

    roles = await registry.mirror(models)

    numbers = {made.tags["ledger_version"]: str(made.version) for made in mlflow.versions}
    assert roles == {Alias.CHAMPION: "b", Alias.PREVIOUS: "a"}
    assert mlflow.aliases == {
        "champion": numbers["b"],
        "previous": numbers["a"],
        "of-others": "9",
    }


def test_its_credentials_come_from_the_settings(
    mlflow: Mlflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment: dict[str, str] = {}
    monkeypatch.setattr("os.environ", environment)
    MlflowRegistry(
        settings(mlflow_url="http://m", mlflow_user="trainer", mlflow_password=SecretStr("s"))
    )

    assert mlflow.experiment == "fraud"
    assert environment["MLFLOW_TRACKING_USERNAME"] == "trainer"
    assert environment["MLFLOW_TRACKING_PASSWORD"] == "s"  # noqa: S105 (a test's own)


def test_there_is_nothing_to_mirror_without_mlflow() -> None:
    with pytest.raises(SettingsError, match="FRAUD_MLFLOW_URL"):
        mirror.run(settings())
