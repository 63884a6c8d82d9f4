from dataclasses import dataclass

from pulumi import Input, Output, ResourceOptions, RunError
from pulumi_kubernetes.core.v1 import Service

from components.component import Component
from components.network import open_to_everyone
from components.object_store import Bucket
from components.secret_key import SecretKey


@dataclass(frozen=True, kw_only=True)
class FarBucket:
    """A bucket of another region's store, as it is found from here. It can be read."""

    name: str
    region: str
    endpoint_url: Input[str]
    credentials: SecretKey
    """There; here it has the same name, once it is fetched."""
    address: str
    """IPv4, of a node there."""
    port: Input[int]


class BucketDoor(Component):
    """Where another region reads a bucket: a port of every node, which takes no writes.

    Whoever comes needs the bucket's key, and still can change nothing. Requests are signed and not
    encrypted, so it is for regions whose network is one's own; between a cloud's there is none.
    """

    bucket: FarBucket
    """As the other region's parts are told."""

    def __init__(
        self,
        name: str,
        *,
        namespace: Input[str],
        bucket: Bucket,
        address: str,
        opts: ResourceOptions | None = None,
    ) -> None:
        """`address` is a node's, as the other region reaches it."""
        readers = bucket.readers
        if readers is None:
            raise RunError(
                f"BucketDoor {name}: nothing serves {bucket.name} to readers alone; "
                "make its ObjectStore readable"
            )
        super().__init__(name, namespace, opts)
        (port,) = readers.ports
        open_to_everyone(self, readers)
        service = Service(
            f"{name}-door",
            metadata=self.named(f"{name}-door"),
            spec={"type": "NodePort", "selector": readers.labels, "ports": [{"port": port}]},
            opts=self.child,
        )
        node_port = service.spec.ports[0].node_port
        self.bucket = FarBucket(
            name=bucket.name,
            region=bucket.region,
            endpoint_url=Output.format("http://{}:{}", address, node_port),
            credentials=bucket.credentials,
            address=address,
            port=node_port,
        )
        self.register_outputs({})
