"""The role `registry`: MLflow's aliases follow the ledger's, whoever moved them."""

import asyncio

from app.adapters.champion import committed
from app.adapters.postgres import Postgres
from app.adapters.postgres_models import PostgresModels
from app.settings import SettingsError, TrainSettings
from app.telemetry import Telemetry
from app.training.mlflow_registry import MlflowRegistry


def run(settings: TrainSettings) -> None:
    """Once; a schedule does the rest."""
    if not settings.mlflow_url:
        raise SettingsError("FRAUD_MLFLOW_URL: needed to mirror the registry")
    asyncio.run(_run(settings))


async def _run(settings: TrainSettings) -> None:
    async with Postgres.connected(settings, Telemetry(), connections=1, seconds=60) as postgres:
        models = PostgresModels(postgres, committed())
        roles = await MlflowRegistry(settings).mirror(models)
    print(" ".join(f"{alias}={version}" for alias, version in sorted(roles.items())) or "no roles")
