from pulumi import Input, ResourceOptions
from pulumi_kubernetes.core.v1 import Service

from components.component import Component
from components.network import Endpoint, open_to_everyone
from components.postgres_specs import PORT
from components.regions import Region


class PostgresDoor(Component):
    """Where another region's Postgres reaches the one of this name here: a port of every node.

    It is there before either of the two, since each has to know the other's. Whoever comes needs
    a certificate of the database's own authority, or a password.
    """

    region: Region
    """What the databases of both regions are told."""

    def __init__(
        self,
        name: str,
        *,
        namespace: Input[str],
        region: str,
        address: str,
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, namespace, opts)
        instances = {"cnpg.io/cluster": name, "cnpg.io/podRole": "instance"}
        open_to_everyone(
            self, Endpoint(name=name, namespace=namespace, labels=instances, ports=(PORT,))
        )
        service = Service(
            f"{name}-door",
            metadata=self.named(f"{name}-door"),
            spec={
                "type": "NodePort",
                "selector": {"cnpg.io/cluster": name, "cnpg.io/instanceRole": "primary"},
                "ports": [{"port": PORT}],
            },
            opts=self.child,
        )
        self.region = Region(name=region, address=address, port=service.spec.ports[0].node_port)
        self.register_outputs({})
