"""The parts that others stand on, made the short way."""

from dataclasses import dataclass

from components.database import Database
from components.mlflow import Mlflow
from components.object_store import ObjectStore
from components.postgres import Postgres
from components.postgres_operator import PostgresOperator
from components.redis import Redis
from components.secrets import Secrets

HOME = "fraud"


@dataclass(frozen=True)
class Platform:
    """What a program of a test passes on."""

    ledger: Postgres
    cache: Redis
    mlflow: Mlflow


def platform(*, clients: tuple[str, ...] = ("trainer",)) -> Platform:
    """The platform up to the registry of models."""
    secrets = Secrets("external-secrets", namespace=HOME)
    operator = PostgresOperator("cloudnative-pg")
    ledger = Postgres("ledger", namespace=HOME, operator=operator, secrets=secrets)
    objects = ObjectStore("objects", namespace=HOME, secrets=secrets, buckets=["models"])
    mlflow = Mlflow(
        "mlflow",
        namespace=HOME,
        database=Database("mlflow", namespace=HOME, server=ledger, secrets=secrets),
        bucket=objects.bucket("models"),
        secrets=secrets,
        clients=clients,
    )
    return Platform(ledger, Redis("features", namespace=HOME, secrets=secrets), mlflow)
