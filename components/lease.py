from dataclasses import dataclass

from pulumi import Input, ResourceOptions
from pulumi_kubernetes.core.v1 import ConfigMap

from components.component import Component
from components.generated_secret import GeneratedSecret
from components.pods import Mount
from components.secret_key import SecretKey
from components.secrets import Secrets

FILE = "ca.crt"
FOLDER = "/etc/fraud/witness"


@dataclass(frozen=True, kw_only=True)
class Witness:
    """An etcd outside of all regions, which says which of them acknowledges."""

    address: str
    """IPv4."""
    port: int
    authority: str
    """The certificate of who signed its own, as PEM."""


class Lease(Component):
    """A region's right to acknowledge, for seconds at a time: how its service asks for it.

    The witness learns the password from the runbook (`enrol`), under the region's name.
    """

    witness: Witness
    """Where the network path of its holders leads."""
    environment: dict[str, Input[str]]
    """What the service is told."""
    password: SecretKey
    """Where a pod finds the region's password at the witness."""
    mount: Mount
    """The witness's authority, as a file."""

    def __init__(
        self,
        name: str,
        *,
        namespace: Input[str],
        secrets: Secrets,
        witness: Witness,
        region: str,
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, namespace, opts)
        self.witness = witness
        self.password = GeneratedSecret(
            f"{name}-key", namespace=namespace, secrets=secrets, opts=self.child
        ).password
        authority = ConfigMap(
            f"{name}-authority",
            metadata=self.meta,
            data={FILE: witness.authority},
            opts=self.child,
        )
        self.mount = Mount(
            name="witness",
            path=FOLDER,
            source={"config_map": {"name": authority.metadata.name}},
        )
        self.environment = {
            "FRAUD_LEASE_URL": f"https://{witness.address}:{witness.port}",
            "FRAUD_LEASE_REGION": region,
            "FRAUD_LEASE_CA": f"{FOLDER}/{FILE}",
        }
        self.register_outputs({})
