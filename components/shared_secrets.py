from pulumi import Input, ResourceOptions
from pulumi_kubernetes.apiextensions import CustomResource

from components.component import Component, Spec
from components.secret_key import SecretKey
from components.secrets import Secrets

API = "external-secrets.io/v1"
READY = {"pulumi.com/waitFor": "condition=Ready"}
KUBECONFIG = "kubeconfig"


class SharedSecrets(Component):
    """Secrets that another region made and this one needs alike, fetched from there and kept.

    While the other region is away they stay as they are. The way in, a kubeconfig with a token
    that reads these secrets alone, is a secret of the store's name that the runbook (`join`) puts
    here.
    """

    secrets: Secrets
    """What makes the secrets that are this region's own."""

    def __init__(
        self,
        name: str,
        *,
        namespace: Input[str],
        secrets: Secrets,
        opts: ResourceOptions | None = None,
    ) -> None:
        """The other region's namespace has the same name."""
        super().__init__(name, namespace, opts)
        self.secrets = secrets
        self._store = CustomResource(
            name,
            api_version=API,
            kind="SecretStore",
            metadata=self.named(name),
            spec={
                "provider": {
                    "kubernetes": {
                        "authRef": {"name": name, "key": KUBECONFIG},
                        "remoteNamespace": namespace,
                    }
                }
            },
            opts=self.child_after(secrets),
        )
        self._fetched: dict[str, CustomResource] = {}
        self.register_outputs({})

    def fetch(self, at: SecretKey, *, kind: str = "Opaque") -> CustomResource:
        """The secret under its own name, with all its keys; what needs it waits for this."""
        if at.secret not in self._fetched:
            self._fetched[at.secret] = CustomResource(
                at.secret,
                api_version=API,
                kind="ExternalSecret",
                metadata={**self.named(at.secret), "annotations": READY},
                spec=self._copy(at.secret, kind),
                opts=self.child_after(self._store),
            )
        return self._fetched[at.secret]

    def _copy(self, secret: str, kind: str) -> Spec:
        return {
            "refreshInterval": "10m0s",
            "secretStoreRef": {"kind": "SecretStore", "name": self.pulumi_resource_name},
            "dataFrom": [{"extract": {"key": secret}}],
            "target": {
                "name": secret,
                "creationPolicy": "Owner",
                "deletionPolicy": "Retain",
                "template": {"engineVersion": "v2", "type": kind},
            },
        }
