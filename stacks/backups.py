"""The profile `backups`: the ledger's log and base backups, and the configuration, in a bucket."""

from pulumi import Input, ResourceOptions

from components.archive import Archive
from components.backup import Backup
from components.backup_verification import BackupVerification
from components.barman_plugin import BarmanPlugin
from components.cert_manager import CertManager
from components.configuration_backup import ConfigurationBackup
from components.fraud_tables import FRAUD_TABLES
from components.object_store import Bucket, ObjectStore
from components.postgres import Postgres
from components.postgres_operator import PostgresOperator
from components.secrets import Secrets
from stacks.settings import Settings


class Backups:
    """Made in two steps: first what the ledger must know, then what needs the ledger."""

    bucket: Bucket
    """The ledger's."""
    archive: Archive
    """As the ledger is told."""

    def __init__(
        self,
        env: Settings,
        *,
        home: Input[str],
        operator: PostgresOperator,
        objects: ObjectStore,
        here: ResourceOptions,
    ) -> None:
        self.env = env
        self.home = home
        self.here = here
        self.operator = operator
        self.objects = objects
        self.bucket = objects.bucket("backups")
        self.certificates, plugin = barman(env, operator=operator, here=here)
        self.archive = Archive(
            "archive",
            namespace=home,
            plugin=plugin,
            place=self.bucket,
            keep_days=env.backup_keep_days,
            megabytes_per_second=env.backup_megabytes_per_second,
            snapshot_class=env.snapshot_class,
            opts=here,
        )

    def keep(self, ledger: Postgres, *, secrets: Secrets) -> None:
        """Base backups by the clock, each verified by restoring it, and what is declared."""
        env, home, here = self.env, self.home, self.here
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
            place=self.objects.bucket("configuration"),
            beside=[self.operator, self.certificates, verification],
            schedule=env.configuration_schedule,
            keep_days=env.configuration_keep_days,
            opts=here,
        )


def barman(
    env: Settings, *, operator: PostgresOperator, here: ResourceOptions
) -> tuple[CertManager, BarmanPlugin]:
    """What writes a database into a bucket, and the certificates by which the operator knows it."""
    certificates = CertManager("cert-manager", manifests=env.manifests, opts=here)
    plugin = BarmanPlugin(
        "plugin-barman-cloud",
        operator=operator,
        certificates=certificates,
        manifests=env.manifests,
        opts=here,
    )
    return certificates, plugin
