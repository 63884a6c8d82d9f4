"""The platform, part by part. An environment changes sizes and back ends, never this list."""

import sys
from pathlib import Path

import pulumi

# Pulumi runs this folder as a program; the packages beside it are found from the one above.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from components.archive import Archive
from components.backup import Backup
from components.backup_verification import BackupVerification
from components.barman_plugin import BarmanPlugin
from components.cert_manager import CertManager
from components.cluster import Cluster
from components.configuration_backup import ConfigurationBackup
from components.database import Database
from components.fraud_service import FraudService
from components.fraud_tables import FRAUD_TABLES
from components.mlflow import Mlflow
from components.namespace import Namespace
from components.object_store import ObjectStore
from components.postgres import Postgres
from components.postgres_operator import PostgresOperator
from components.redis import Redis
from components.secrets import Secrets
from components.training import Training
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

    # Objects, and where the ledger's backups go
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
    archive = backups = None
    if env.has("backups"):
        backups = objects.bucket("backups")
        certificates = CertManager("cert-manager", manifests=env.manifests, opts=here)
        barman = BarmanPlugin(
            "plugin-barman-cloud",
            operator=postgres,
            certificates=certificates,
            manifests=env.manifests,
            opts=here,
        )
        archive = Archive(
            "archive",
            namespace=home,
            plugin=barman,
            place=backups,
            keep_days=env.backup_keep_days,
            snapshot_class=env.snapshot_class,
            opts=here,
        )

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
        archive=archive,
        regions=standby.regions if standby else None,
        opts=kept,
    )
    if archive:
        Backup("nightly", namespace=home, of=ledger, schedule=env.backup_schedule, opts=here)
        if env.snapshot_class:
            Backup(
                "snapshots",
                namespace=home,
                of=ledger,
                schedule=env.snapshot_schedule,
                snapshots=True,
                opts=here,
            )
        verification = BackupVerification(
            "verification",
            namespace=home,
            of=ledger,
            secrets=secrets,
            tables=FRAUD_TABLES,
            schedule=env.verification_schedule,
            opts=here,
        )
        ConfigurationBackup(
            "configuration",
            namespace=home,
            place=objects.bucket("configuration"),
            beside=[postgres, certificates, verification],
            schedule=env.configuration_schedule,
            keep_days=env.configuration_keep_days,
            opts=here,
        )
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

    if standby:
        standby.serve(ledger=ledger, scoring=scoring, backups=backups)

    # Models
    if env.has("mlops"):
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


TOLD = 32
"""By this exit code Pulumi knows that the error was told, and adds no second line about it."""

if __name__ == "__main__":
    try:
        fraud(Settings.load())
    except pulumi.RunError as wrong:
        pulumi.log.error(str(wrong))
        sys.exit(TOLD)
