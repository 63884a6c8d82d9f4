"""The second region: the same service over a copy of the ledger, and one lease for both."""

from pathlib import Path

import pulumi
from pulumi import Input, ResourceOptions, RunError

from components.bucket_door import BucketDoor
from components.cluster import Cluster
from components.fraud_service import FraudService
from components.lease import Lease, Witness
from components.namespace import Namespace
from components.object_store import Bucket
from components.postgres import Postgres
from components.postgres_door import PostgresDoor
from components.postgres_operator import PostgresOperator
from components.postgres_replica import PostgresReplica
from components.redis import Redis
from components.regions import Regions
from components.secret_reader import SecretReader
from components.secrets import Secrets
from components.shared_secrets import SharedSecrets
from stacks.settings import Settings
from stacks.standby_backups import StandbyBackups

SHARED = "primary-reader"
"""The first region's account for the second one, and what the second one comes in by."""


class Standby:
    """Made in two steps: first what the first region's parts must know, then all the rest."""

    regions: Regions
    """As the first region's database is told."""
    lease: Lease
    """The first region's."""

    def __init__(
        self, env: Settings, *, home: Input[str], secrets: Secrets, here: ResourceOptions
    ) -> None:
        self.env = env
        self.here = here
        self.home = home
        self.cluster = Cluster(
            "standby",
            kubeconfig=env.standby_kubeconfig,
            context=env.standby_context,
            render_to=f"{env.render_to}/standby" if env.render_to else None,
            protect=env.protect_data,
            second=True,
        )
        there = self.cluster.here
        self.there = Namespace("fraud", memory=env.memory_quota, opts=there).name

        self.regions = Regions(
            here=PostgresDoor(
                "ledger", namespace=home, region=env.region, address=env.address, opts=here
            ).region,
            other=PostgresDoor(
                "ledger",
                namespace=self.there,
                region=env.standby,
                address=env.standby_address,
                opts=there,
            ).region,
        )
        self.witness = Witness(
            address=env.witness, port=env.witness_port, authority=read(env.witness_authority)
        )
        self.lease = Lease(
            "lease",
            namespace=home,
            secrets=secrets,
            witness=self.witness,
            region=env.region,
            opts=here,
        )

    def serve(self, *, ledger: Postgres, scoring: FraudService, backups: Bucket | None) -> None:
        """The region itself, beside the parts of the first one; with `backups`, its own, too."""
        env, home, there = self.env, self.there, self.cluster.here
        shared_keys = [ledger.password, ledger.ca, scoring.api_key]
        if backups:
            shared_keys.append(backups.credentials)
        SecretReader(SHARED, namespace=self.home, secrets=shared_keys, opts=self.here)

        secrets = Secrets("external-secrets", namespace=home, manifests=env.manifests, opts=there)
        operator = PostgresOperator(
            "cloudnative-pg", manifests=env.manifests, replicas=env.postgres_operators, opts=there
        )
        shared = SharedSecrets(SHARED, namespace=home, secrets=secrets, opts=there)
        shared.fetch(scoring.api_key)
        kept = None
        regions = self.regions.there
        if backups:
            door = BucketDoor(
                "backups", namespace=self.home, bucket=backups, address=env.address, opts=self.here
            )
            kept = StandbyBackups(
                env,
                home=home,
                of=door.bucket,
                cluster=self.cluster,
                operator=operator,
                secrets=secrets,
                shared=shared,
            )
            regions = regions.reading(kept.copies)
        copy = PostgresReplica(
            "ledger",
            namespace=home,
            operator=operator,
            of=ledger,
            shared=shared,
            regions=regions,
            instances=env.standby_postgres_instances,
            memory=env.postgres_memory,
            storage=env.postgres_storage,
            archive=kept.archive if kept else None,
            opts=self.cluster.kept,
        )
        cache = Redis(
            "features",
            namespace=home,
            secrets=secrets,
            memory_mib=env.redis_memory_mib,
            instances=env.redis_instances,
            opts=self.cluster.kept,
        )
        service = FraudService(
            "scoring",
            namespace=home,
            image=env.image,
            replicas=env.api_replicas,
            ledger=copy,
            cache=cache,
            secrets=secrets,
            address=env.standby_address,
            api_key=scoring.api_key,
            lease=Lease(
                "lease",
                namespace=home,
                secrets=secrets,
                witness=self.witness,
                region=env.standby,
                opts=there,
            ),
            opts=there,
        )
        if kept:
            kept.keep(copy)
        pulumi.export("standby_url", service.url)
        pulumi.export("edge_url", env.edge)


def read(path: str) -> str:
    """The authority of the witness, which runs before anything that asks it."""
    try:
        return Path(path).read_text()
    except OSError:
        raise RunError(
            f"bulwark:settings.witness_authority is {path!r}, which cannot be read;"
            " `python -m local edge` makes it"
        ) from None
