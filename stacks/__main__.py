"""The platform, part by part. An environment changes sizes and back ends, never this list."""

import sys
from pathlib import Path

import pulumi

# Pulumi runs this folder as a program; the packages beside it are found from the one above.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from components.cluster import Cluster
from components.fraud_service import FraudService
from components.namespace import Namespace
from components.object_store import ObjectStore
from components.postgres import Postgres
from components.postgres_operator import PostgresOperator
from components.redis import Redis
from components.secrets import Secrets
from stacks.backups import Backups
from stacks.mlops import mlops
from stacks.settings import Settings
from stacks.standby import Standby

BUCKETS = {"models": "mlops", "backups": "backups", "configuration": "backups"}
"""What is kept as objects, each in a bucket with a key of its own, and by which part."""


def fraud(env: Settings) -> None:
    """Everything that scores transactions."""
    cluster = Cluster(
        "primary",
        kubeconfig=env.kubeconfig,
        context=env.context,
        render_to=env.render_to,
        protect=env.protect_data,
    )
    here, kept = cluster.here, cluster.kept
    home = Namespace("fraud", memory=env.memory_quota, opts=kept).name

    # Operators
    secrets = Secrets("external-secrets", namespace=home, manifests=env.manifests, opts=kept)
    postgres = PostgresOperator(
        "cloudnative-pg", manifests=env.manifests, replicas=env.postgres_operators, opts=kept
    )

    # What is kept as objects, the ledger's backups among it
    buckets = [name for name, part in BUCKETS.items() if env.has(part)]
    if buckets:
        objects = ObjectStore(
            "objects",
            namespace=home,
            secrets=secrets,
            buckets=buckets,
            readable=env.has("backups") and env.has("standby"),
            opts=kept,
        )
    backups = None
    if env.has("backups"):
        backups = Backups(env, home=home, operator=postgres, objects=objects, here=here)

    # A second region, of which the data and the service here have to know
    standby = Standby(env, home=home, secrets=secrets, here=here) if env.has("standby") else None

    # Data
    ledger = Postgres(
        "ledger",
        namespace=home,
        operator=postgres,
        secrets=secrets,
        instances=env.postgres_instances,
        memory=env.postgres_memory,
        storage=env.postgres_storage,
        archive=backups.archive if backups else None,
        regions=standby.regions if standby else None,
        opts=kept,
    )
    if backups:
        backups.keep(ledger, secrets=secrets)
    cache = Redis(
        "features",
        namespace=home,
        secrets=secrets,
        memory_mib=env.redis_memory_mib,
        instances=env.redis_instances,
        opts=kept,
    )

    # Service
    scoring = FraudService(
        "scoring",
        namespace=home,
        image=env.image,
        replicas=env.api_replicas,
        ledger=ledger,
        cache=cache,
        secrets=secrets,
        address=env.address,
        lease=standby.lease if standby else None,
        opts=here,
    )

    pulumi.export("scoring_url", scoring.url)
    pulumi.export("api_key_secret", scoring.api_key_secret)

    # Beside it
    if standby:
        standby.serve(ledger=ledger, scoring=scoring, backups=backups.bucket if backups else None)
    if env.has("mlops"):
        mlops(
            env,
            home=home,
            ledger=ledger,
            cache=cache,
            objects=objects,
            secrets=secrets,
            here=here,
        )


TOLD = 32
"""By this exit code Pulumi knows that the error was told, and adds no second line about it."""

if __name__ == "__main__":
    try:
        fraud(Settings.load())
    except pulumi.RunError as wrong:
        pulumi.log.error(str(wrong))
        sys.exit(TOLD)
