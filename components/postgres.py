from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi import Input, Output, Resource, ResourceOptions, RunError
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.policy.v1 import PodDisruptionBudget

from components.archive import Archive, identity
from components.component import Component, Spec
from components.generated_secret import GeneratedSecret
from components.network import Endpoint, open_path, open_to_address, open_to_api_server
from components.postgres_operator import PostgresOperator
from components.postgres_specs import (
    API,
    GONE_AT_ONCE,
    PORT,
    READY_WHEN_HEALTHY,
    STATUS_PORT,
    database_of,
    instances_of,
    names_of,
    pooler_of,
)
from components.regions import MOVES, Region, Regions, retried, topology
from components.secret_key import SecretKey
from components.secrets import Secrets

MINIMUM = 2


class Postgres(Component):
    """A replicated database whose commits are on two instances' disks, behind a pooler.

    With two instances, writes pause while one is away; with three they go on. With an archive its
    log is sent there; base backups are a Backup's.
    """

    name: str
    """How other objects in its namespace name it."""
    archive: Archive | None
    """Where its log goes."""
    described: Spec
    """What its instances are."""

    database = "fraud"
    """The application's database and its owner's name."""
    port = PORT
    """Where both hosts listen."""

    host: Output[str]
    """The primary itself, for sessions that need it: migrations, bulk loads."""
    pooled_host: Output[str]
    """The primary behind PgBouncer in transaction mode, for short transactions."""
    password: SecretKey
    """Where a pod finds the owner's password."""
    ca: SecretKey
    """Where a pod finds the authority that signed both hosts' certificates."""
    direct: Endpoint
    """What a path to `host` leads to."""
    pooled: Endpoint
    """What a path to `pooled_host` leads to."""

    def __init__(
        self,
        name: str,
        *,
        namespace: Input[str],
        operator: PostgresOperator,
        secrets: Secrets,
        instances: int = MINIMUM,
        memory: str = "1Gi",
        storage: str = "2Gi",
        archive: Archive | None = None,
        regions: Regions | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        """With `regions` it is one of two, which begins as the one that is written."""
        if instances < MINIMUM:
            raise RunError(f"Postgres {name}: instances is {instances}, allowed: {MINIMUM} or more")
        super().__init__(name, namespace, opts)
        self.name = name
        self.archive = archive
        self.regions = regions
        described = instances_of(instances, memory=memory, storage=storage)
        self.described = retried(described) if regions else described
        pooler = f"{name}-pooler"
        self.host = Output.format("{}-rw.{}.svc", name, namespace)
        self.pooled_host = Output.format("{}.{}.svc", pooler, namespace)
        self.ca = SecretKey(f"{name}-ca", "ca.crt")

        def at(name: str, *ports: int, **labels: str) -> Endpoint:
            found = {f"cnpg.io/{key}": value for key, value in labels.items()}
            return Endpoint(name=name, namespace=namespace, labels=found, ports=ports)

        self.direct = at(name, PORT, cluster=name, podRole="instance")
        self.pooled = at(pooler, PORT, poolerName=pooler)
        # Instances, the jobs that make them and the poolers before them talk among each other and
        # ask the API server who is primary; the operator asks them how they are.
        inside = at(f"{name}-inside", PORT, STATUS_PORT, cluster=name)
        paths = [
            *open_path(self, inside, inside),
            *open_path(self, operator.pods, inside, self.child_after(operator)),
            open_to_api_server(self, inside),
        ]
        archives = [*filter(None, (archive, regions.other.archive if regions else None))]
        for each in archives:
            if each.place.door:
                paths += open_path(self, inside, each.place.door)
        if regions:
            other = regions.other
            paths.append(
                open_to_address(
                    self, inside, name=other.name, address=other.address, port=other.port
                )
            )

        begin = self._begin(secrets)
        self.password = begin.password

        cluster = CustomResource(
            name,
            api_version=API,
            kind="Cluster",
            metadata={**self.named(name), "annotations": READY_WHEN_HEALTHY},
            spec={
                **self.described,
                **(sent_to(archive, name, self.server) if archive else {}),
                **identity(name, *archives),
                **begin.spec,
                **(topology(name, regions, writer=begin.writer or regions.here) if regions else {}),
                "certificates": {
                    "serverAltDNSNames": names_of(pooler, namespace),
                    **begin.certificates,
                },
            },
            opts=ResourceOptions.merge(
                self.child_after(operator, *begin.after, *paths, *archives),
                ResourceOptions(ignore_changes=MOVES if regions else None),
            ),
        )
        CustomResource(
            pooler,
            api_version=API,
            kind="Pooler",
            metadata={**self.named(pooler), "annotations": GONE_AT_ONCE},
            spec=pooler_of(name, instances),
            opts=self.child_after(cluster),
        )
        PodDisruptionBudget(
            pooler,
            metadata=self.named(pooler),
            spec={"max_unavailable": 1, "selector": {"match_labels": self.pooled.labels}},
            opts=self.child,
        )
        self.register_outputs({"host": self.host, "pooled_host": self.pooled_host})

    @property
    def server(self) -> str:
        """The folder of its archive in which its log and its base backups lie."""
        return self.name

    def _begin(self, secrets: Secrets) -> "Beginning":
        """An empty database, whose owner's password is made here."""
        owner = GeneratedSecret(
            f"{self.name}-owner",
            namespace=self.meta["namespace"],
            secrets=secrets,
            files={"username": self.database},
            kind="kubernetes.io/basic-auth",
            opts=self.child,
        )
        spec = database_of(self.database, owner.password)
        return Beginning(after=(owner,), password=owner.password, spec=spec)


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """How the first instance gets its data, and by what it is known."""

    after: tuple[Resource, ...]
    password: SecretKey
    spec: Spec
    certificates: Mapping[str, str] = field(default_factory=dict)
    writer: Region | None = None
    """Another region that is written, at first."""


def sent_to(archive: Archive, database: str, server: str) -> Spec:
    """The log goes to an archive, by the plugin's sidecar in every instance."""
    return {"plugins": [archive.archiver(database, server=server)], **archive.snapshots}
