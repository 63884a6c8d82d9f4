"""MLflow, where people look at runs and models: it mirrors the ledger, which decides.

An alias that somebody moves in MLflow is put back: a promotion goes through the gate.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from app.domain.gate import Check
from app.ports.models import Alias, Model, Models
from app.settings import TrainSettings

_TAG: Final = "ledger_version"
_ENVIRONMENT: Final = {
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "3",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "DO_NOT_TRACK": "true",
    "GIT_PYTHON_REFRESH": "quiet",
}


class MlflowRegistry:
    """A registered model whose versions are the ledger's models, told apart by a tag."""

    def __init__(self, settings: TrainSettings) -> None:
        os.environ.update(_ENVIRONMENT)
        if settings.mlflow_user:
            os.environ["MLFLOW_TRACKING_USERNAME"] = settings.mlflow_user
            os.environ["MLFLOW_TRACKING_PASSWORD"] = settings.mlflow_password.get_secret_value()
        import mlflow  # noqa: PLC0415 (only the trainer's image has it)

        mlflow.set_tracking_uri(settings.mlflow_url)
        mlflow.set_experiment(settings.model_name)
        self._mlflow: Any = mlflow
        self._client: Any = mlflow.MlflowClient()
        self._name = settings.model_name

    def log(self, model: Model, found: Sequence[Check] = ()) -> str:
        """A run with the model, its card and its gate; returns MLflow's number of the version.

        What is registered already is not registered again.
        """
        if number := self._numbers().get(model.version):
            return number
        with self._mlflow.start_run(run_name=model.version) as run:
            self._mlflow.log_params(dict(model.card.get("parameters", {})))
            self._mlflow.log_metrics(_metrics(model, found))
            with TemporaryDirectory() as folder:
                card = json.dumps(dict(model.card), indent=2)
                (Path(folder) / "card.json").write_text(card, encoding="utf-8")
                (Path(folder) / "model.onnx").write_bytes(model.artifact)
                self._mlflow.log_artifacts(folder, "model")
            source, run_id = f"{run.info.artifact_uri}/model", run.info.run_id
        made = self._client.create_model_version(
            self._name, source, run_id, tags={_TAG: model.version}
        )
        return str(made.version)

    async def mirror(self, models: Models) -> dict[Alias, str]:
        """Give MLflow's aliases as the ledger has them, importing what MLflow does not know."""
        roles = dict(await models.roles())
        numbers = self._numbers()
        for version in set(roles.values()) - numbers.keys():
            numbers[version] = self.log(await models.get(version))
        there = self._client.get_registered_model(self._name).aliases
        for alias in Alias:
            if alias in roles:
                self._client.set_registered_model_alias(self._name, alias, numbers[roles[alias]])
            elif alias in there:
                self._client.delete_registered_model_alias(self._name, alias)
        return roles

    def _numbers(self) -> dict[str, str]:
        """MLflow's number of each of the ledger's versions. Makes what they are versions of."""
        known = self._client.search_registered_models(f"name = '{self._name}'")
        if not known:
            self._client.create_registered_model(self._name)
        found = self._client.search_model_versions(f"name = '{self._name}'")
        return {one.tags[_TAG]: str(one.version) for one in found if _TAG in one.tags}


def _metrics(model: Model, found: Sequence[Check]) -> dict[str, float]:
    """Qualities as the card tells them, and what the gate found."""
    metrics = {
        f"{part}_{name}": value
        for part, figures in model.card.get("metrics", {}).items()
        for name, value in figures.items()
    }
    for check in found:
        words = "".join(letter if letter.isalnum() else " " for letter in check.check).split()
        metrics["gate_" + "_".join(words)] = check.found
    if found:
        metrics["gate_passed"] = float(all(check.passed for check in found))
    return metrics
