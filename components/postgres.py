from pulumi import Input, Output, ResourceOptions, RunError
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.policy.v1 import PodDisruptionBudget

from components import versions
from components.component import PLATFORM, Component, Spec
from components.generated_secret import GeneratedSecret
from components.network import Endpoint, open_path, open_to_api_server
from components.pods import Resources
from components.postgres_operator import PostgresOperator
from components.secret_key import SecretKey
from components.secrets import Secrets

API = "postgresql.cnpg.io/v1"
PORT = 5432
STATUS_PORT = 8000
MINIMUM = 2
POOLERS = 2


class Postgres(Component):
    """A replicated database whose commits are on two instances' disks, behind a pooler.

    With two instances, writes pause while one is away; with three they go on. Deliberately
    without backups: those are a part of their own.
    """

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
        memory: str = "384Mi",
        storage: str = "2Gi",
        opts: ResourceOptions | None = None,
    ) -> None:
        if instances < MINIMUM:
            raise RunError(f"Postgres {name}: instances is {instances}, allowed: {MINIMUM} or more")
        super().__init__(name, namespace, opts)
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
        paths = (
            *open_path(self, inside, inside),
            *open_path(self, operator.pods, inside, self.child_after(operator)),
            open_to_api_server(self, inside),
        )

        owner = GeneratedSecret(
            f"{name}-owner",
            namespace=namespace,
            secrets=secrets,
            files={"username": self.database},
            kind="kubernetes.io/basic-auth",
            opts=self.child,
        )
        self.password = owner.password

        cluster = CustomResource(
            name,
            api_version=API,
            kind="Cluster",
            metadata={**self.named(name), "annotations": {"pulumi.com/waitFor": "condition=Ready"}},
            spec={
                "instances": instances,
                "imageName": versions.POSTGRES_IMAGE,
                "enablePDB": True,
                "inheritedMetadata": {"labels": PLATFORM},
                "bootstrap": {
                    "initdb": {
                        "database": self.database,
                        "owner": self.database,
                        "secret": {"name": self.password.secret},
                        "dataChecksums": True,
                    }
                },
                "certificates": {"serverAltDNSNames": names_of(pooler, namespace)},
                "postgresql": {"parameters": PARAMETERS, "synchronous": SYNCHRONOUS},
                "resources": Resources(cpu="100m", memory=memory).spec,
                "storage": {"size": storage},
                **FAST_FAILOVER,
            },
            opts=self.child_after(operator, owner, *paths),
        )
        CustomResource(
            pooler,
            api_version=API,
            kind="Pooler",
            metadata={**self.named(pooler), "annotations": GONE_AT_ONCE},
            spec={
                "cluster": {"name": name},
                "instances": POOLERS,
                "type": "rw",
                "pgbouncer": {
                    "image": versions.PGBOUNCER_IMAGE,
                    "poolMode": "transaction",
                    "parameters": PGBOUNCER,
                },
                "template": POOLER_POD,
            },
            opts=self.child_after(cluster),
        )
        PodDisruptionBudget(
            pooler,
            metadata=self.named(pooler),
            spec={"max_unavailable": 1, "selector": {"match_labels": self.pooled.labels}},
            opts=self.child,
        )
        self.register_outputs({"host": self.host, "pooled_host": self.pooled_host})


# Deleted in the foreground, it would be there until its pods are gone, and the operator would go
# on making new ones.
GONE_AT_ONCE = {"pulumi.com/deletionPropagationPolicy": "background"}

PARAMETERS = {"shared_buffers": "96MB", "max_connections": "100"}

SYNCHRONOUS: Spec = {"method": "any", "number": 1, "dataDurability": "required"}

FAST_FAILOVER: Spec = {
    # A smart shutdown refuses new connections while old ones last: every second of it is an outage.
    "smartShutdownTimeout": 1,
    "stopDelay": 30,
    "switchoverDelay": 30,
    "failoverDelay": 0,
}

PGBOUNCER = {
    "max_client_conn": "400",
    "default_pool_size": "20",
    # Prepared statements survive transaction pooling.
    "max_prepared_statements": "200",
    # A failed-over server is found within a second instead of the default fifteen.
    "server_login_retry": "1",
    "server_connect_timeout": "3",
}


def names_of(service: str, namespace: Input[str]) -> list[Input[str]]:
    """Every name by which pods may call a service, for its certificate."""
    within = Output.format("{}.{}", service, namespace)
    return [service, within, *(Output.format("{}.{}", within, zone) for zone in ZONES)]


ZONES = ("svc", "svc.cluster.local")


POOLER_POD: Spec = {
    "metadata": {"labels": PLATFORM},
    "spec": {
        "containers": [{"name": "pgbouncer", "resources": Resources(cpu="30m", memory="96Mi").spec}]
    },
}
