"""Backups in the second region: the first one's, copied, and those of its own database."""

from pulumi import Input

from components.archive import Archive
from components.backup import Backup
from components.bucket_door import FarBucket
from components.bucket_replication import BucketReplication
from components.cluster import Cluster
from components.object_store import ObjectStore
from components.postgres import Postgres
from components.postgres_operator import PostgresOperator
from components.secrets import Secrets
from components.shared_secrets import SharedSecrets
from stacks.backups import barman
from stacks.settings import Settings

OWN = "standby-backups"
"""The bucket of this region's own database. The first one's bucket keeps its name in the copy."""


class StandbyBackups:
    """Made in two steps: first what the region's database must know, then what needs it."""

    copies: Archive
    """The first region's log and base backups, where nothing can be written."""
    archive: Archive
    """Where this region's database sends its own."""

    def __init__(
        self,
        env: Settings,
        *,
        home: Input[str],
        of: FarBucket,
        cluster: Cluster,
        operator: PostgresOperator,
        secrets: Secrets,
        shared: SharedSecrets,
    ) -> None:
        """`of` is the first region's bucket."""
        self.env, self.home, self.here = env, home, cluster.here
        # Two stores: who writes the one has no way to change what lies in the other.
        copies = ObjectStore(
            "copies",
            namespace=home,
            secrets=secrets,
            buckets=[of.name],
            readable=True,
            opts=cluster.kept,
        )
        objects = ObjectStore(
            "objects", namespace=home, secrets=secrets, buckets=[OWN], opts=cluster.kept
        )
        copy = copies.bucket(of.name)
        BucketReplication(
            "replication",
            namespace=home,
            source=of,
            target=copy,
            shared=shared,
            opts=self.here,
        )
        _, plugin = barman(env, operator=operator, here=self.here)
        self.copies = Archive(
            "copies",
            namespace=home,
            plugin=plugin,
            place=copy.read_only,
            keep_days=None,
            opts=self.here,
        )
        self.archive = Archive(
            "archive",
            namespace=home,
            plugin=plugin,
            place=objects.bucket(OWN),
            keep_days=env.backup_keep_days,
            megabytes_per_second=env.backup_megabytes_per_second,
            opts=self.here,
        )

    def keep(self, ledger: Postgres) -> None:
        """Base backups by the clock, whoever writes: the first one before it is ever needed."""
        Backup(
            "nightly",
            namespace=self.home,
            of=ledger,
            schedule=self.env.backup_schedule,
            opts=self.here,
        )
