from pulumi import Input, ResourceOptions
from pulumi_kubernetes.apiextensions import CustomResource

from components.component import Component, Spec
from components.generated_secret import GeneratedSecret
from components.network import Endpoint
from components.postgres import Postgres
from components.postgres_specs import API
from components.secret_key import SecretKey
from components.secrets import Secrets

APPLIED = {"pulumi.com/waitFor": "jsonpath={.status.applied}=true"}


class Database(Component):
    """A database of its own in a Postgres, with an owner who is nobody in the others.

    It outlives its declaration: what is removed here is still on the disks until someone drops it.
    """

    server: Endpoint
    """What a client's network path leads to: the primary itself, for sessions that last."""
    environment: dict[str, Input[str]]
    """What libpq is told, but for the password and the authority's file."""
    service: SecretKey
    """Where a pod finds libpq's service file, which holds the password."""
    ca: SecretKey
    """Where a pod finds the authority that signed the server's certificate."""

    def __init__(
        self,
        name: str,
        *,
        namespace: Input[str],
        server: Postgres,
        secrets: Secrets,
        connections: int = 20,
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, namespace, opts)
        self.server = server.direct
        self.ca = server.ca
        self.environment = {
            "PGHOST": server.host,
            "PGPORT": str(server.port),
            "PGDATABASE": name,
            "PGUSER": name,
            "PGSERVICE": name,
            "PGSSLMODE": "verify-full",
        }

        owner = GeneratedSecret(
            f"{name}-database",
            namespace=namespace,
            secrets=secrets,
            files={"username": name, SERVICE: f"[{name}]\npassword={{{{ .password }}}}\n"},
            kind="kubernetes.io/basic-auth",
            opts=self.child,
        )
        self.service = SecretKey(owner.password.secret, SERVICE)

        role = CustomResource(
            f"{name}-owner",
            api_version=API,
            kind="DatabaseRole",
            metadata={**self.named(name), "annotations": APPLIED},
            spec=owner_of(name, server, owner.password, connections),
            opts=self.child_after(server, owner),
        )
        CustomResource(
            name,
            api_version=API,
            kind="Database",
            metadata={**self.named(name), "annotations": APPLIED},
            spec={"cluster": {"name": server.direct.name}, "name": name, "owner": name},
            opts=self.child_after(role),
        )
        self.register_outputs({})


SERVICE = "pg_service.conf"


def owner_of(name: str, server: Postgres, password: SecretKey, connections: int) -> Spec:
    """A role that may log in and nothing else; what it may leave open is bounded."""
    return {
        "cluster": {"name": server.direct.name},
        "name": name,
        "login": True,
        "connectionLimit": connections,
        "passwordSecret": {"name": password.secret},
    }
