"""The profile `mlops`: where models are registered, and the jobs that train and watch them."""

import pulumi
from pulumi import Input, ResourceOptions

from components.database import Database
from components.mlflow import Mlflow
from components.object_store import ObjectStore
from components.postgres import Postgres
from components.redis import Redis
from components.secrets import Secrets
from components.training import Training
from stacks.settings import Settings


def mlops(
    env: Settings,
    *,
    home: Input[str],
    ledger: Postgres,
    cache: Redis,
    objects: ObjectStore,
    secrets: Secrets,
    here: ResourceOptions,
) -> None:
    """MLflow over the stack's own Postgres and bucket, and the trainer as its one client."""
    runs = Database("mlflow", namespace=home, server=ledger, secrets=secrets, opts=here)
    registry = Mlflow(
        "mlflow",
        namespace=home,
        database=runs,
        bucket=objects.bucket("models"),
        secrets=secrets,
        clients=["trainer"],
        opts=here,
    )
    Training(
        "training",
        namespace=home,
        image=env.trainer_image,
        ledger=ledger,
        cache=cache,
        registry=registry,
        schedules=env.schedules,
        promote=env.train_promotes,
        opts=here,
    )
    pulumi.export("mlflow_url", registry.url)
