"""Run inside MLflow's pod, as the account of a client: `log`, `read` or `bucket`, answers in JSON.

The pod's root is read-only and its MLflow is the server's own version, so this comes in by stdin.
"""

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

NAME = "e2e-kept"
ALIAS = "champion"
FILES = Path("/run/secrets/mlflow")
CONTENT = b"a model of nothing" * 100_000


def registry() -> Any:
    """MLflow's client with the trainer's password."""
    os.environ["MLFLOW_TRACKING_USERNAME"] = "trainer"
    os.environ["MLFLOW_TRACKING_PASSWORD"] = (FILES / "trainer.password").read_text()
    import mlflow  # noqa: PLC0415 (it reads the environment)

    mlflow.set_tracking_uri("http://localhost:5000")
    return mlflow


def log() -> dict[str, Any]:
    """A run with a metric and an artifact, and a version of a model with an alias."""
    mlflow = registry()
    client = mlflow.MlflowClient()
    found = client.get_experiment_by_name(NAME)
    experiment = found.experiment_id if found else client.create_experiment(NAME)
    run = client.create_run(experiment).info
    client.log_metric(run.run_id, "auc", 0.875)
    file = Path("/tmp/model.onnx")  # noqa: S108 (the pod's own folder)
    file.write_bytes(CONTENT)
    client.log_artifact(run.run_id, str(file), "model")
    if not found:
        client.create_registered_model(NAME)
    version = client.create_model_version(NAME, f"{run.artifact_uri}/model", run.run_id)
    client.set_registered_model_alias(NAME, ALIAS, version.version)
    return {"version": version.version, "run": run.run_id, **read()}


def read() -> dict[str, Any]:
    """What the alias leads to, fetched as any client would."""
    mlflow = registry()
    client = mlflow.MlflowClient()
    version = client.get_model_version_by_alias(NAME, ALIAS)
    folder = mlflow.artifacts.download_artifacts(f"models:/{NAME}@{ALIAS}")
    content = (Path(folder) / "model.onnx").read_bytes()
    return {
        "version": version.version,
        "run": version.run_id,
        "auc": client.get_run(version.run_id).data.metrics["auc"],
        "same": hashlib.sha256(content).digest() == hashlib.sha256(CONTENT).digest(),
    }


def bucket() -> dict[str, Any]:
    """What the server's own key opens in the object store, and what it does not."""
    import boto3  # noqa: PLC0415 (there is none on the host)
    from botocore.exceptions import ClientError  # noqa: PLC0415

    store = boto3.client("s3", endpoint_url=os.environ["MLFLOW_S3_ENDPOINT_URL"])
    listed = store.list_objects_v2(Bucket=os.environ["BUCKET"]).get("Contents", [])
    try:
        store.create_bucket(Bucket="of-its-own")
        refused = ""
    except ClientError as error:
        refused = error.response["Error"]["Code"]
    return {
        "buckets": [each["Name"] for each in store.list_buckets()["Buckets"]],
        "objects": {each["Key"]: each["Size"] for each in listed},
        "refused": refused,
    }


if __name__ == "__main__":
    print(json.dumps({"log": log, "read": read, "bucket": bucket}[sys.argv[1]]()))
