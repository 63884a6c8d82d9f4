from collections.abc import Mapping

from pulumi import Input, ResourceOptions
from pulumi_kubernetes.apiextensions import CustomResource

from components.component import Component, Spec
from components.secret_key import SecretKey
from components.secrets import Secrets


class GeneratedSecret(Component):
    """A secret whose password is made inside the cluster, once, and seen by no one outside it."""

    password: SecretKey
    """Where a pod finds the password."""

    def __init__(
        self,
        name: str,
        *,
        namespace: Input[str],
        secrets: Secrets,
        files: Mapping[str, str] | None = None,
        kind: str = "Opaque",
        opts: ResourceOptions | None = None,
    ) -> None:
        """`files` are further keys of the secret; `{{ .password }}` in them is filled in."""
        super().__init__(name, namespace, opts)

        target: Spec = {
            "name": name,
            "creationPolicy": "Owner",
            "template": {
                "engineVersion": "v2",
                "type": kind,
                "data": {"password": "{{ .password }}", **(files or {})},
            },
        }
        CustomResource(
            name,
            api_version="external-secrets.io/v1",
            kind="ExternalSecret",
            metadata={**self.named(name), "annotations": {"pulumi.com/waitFor": "condition=Ready"}},
            spec={
                "refreshPolicy": "CreatedOnce",
                "dataFrom": [{"sourceRef": {"generatorRef": secrets.generator}}],
                "target": target,
            },
            opts=self.child_after(secrets),
        )
        self.password = SecretKey(name, "password")
        self.register_outputs({})
