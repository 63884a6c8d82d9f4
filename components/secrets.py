from pulumi import Input, ResourceOptions
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.helm.v4 import Chart
from pulumi_kubernetes.yaml.v2 import ConfigGroup

from components import versions
from components.component import PLATFORM, Component, Spec
from components.network import Pods, open_to_api_server
from components.pods import Resources
from components.upstream import adapted, probed

PROJECT = "external-secrets/external-secrets"
CRDS = f"https://raw.githubusercontent.com/{PROJECT}/v{versions.EXTERNAL_SECRETS}/config/crds/bases"
CHART = f"https://github.com/{PROJECT}/releases/download/helm-chart-{versions.EXTERNAL_SECRETS}"

# What the operator starts with and what is used here: four of its twenty-three kinds.
KINDS = (
    "external-secrets.io_externalsecrets",
    "external-secrets.io_secretstores",
    "generators.external-secrets.io_generatorstates",
    "generators.external-secrets.io_passwords",
)
GENERATORS = "generators.external-secrets.io/v1alpha1"


class Secrets(Component):
    """The External Secrets operator of one namespace, and the generator of its passwords.

    It reads and writes secrets there and nowhere else. Deliberately without its webhook and
    certificate controller: two more pods that repeat what the API server's schemas refuse.
    """

    generator: Spec
    """What a secret names as the source of its password."""

    def __init__(
        self,
        name: str,
        *,
        namespace: Input[str],
        manifests: str | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, namespace, opts)
        folder = f"{manifests}/external-secrets" if manifests else None

        files = [f"{folder or CRDS}/{kind}.yaml" for kind in KINDS]
        as_ours = ResourceOptions(parent=self, transforms=[adapted])
        crds = ConfigGroup(f"{name}-crds", files=files, opts=as_ours)
        path = open_to_api_server(self, Pods(name=name, namespace=namespace, labels=LABELS))
        operator = Chart(
            name,
            chart=f"{folder}/external-secrets" if folder else f"{CHART}/{PACKAGE}",
            namespace=namespace,
            values=values(namespace),
            skip_crds=True,
            opts=ResourceOptions(
                parent=self,
                depends_on=[crds, path],
                transforms=[adapted, probed("/healthz", HEALTH_PORT)],
            ),
        )

        CustomResource(
            f"{name}-passwords",
            api_version=GENERATORS,
            kind="Password",
            metadata=self.named(PASSWORDS),
            spec={"length": 32, "symbols": 0, "noUpper": False, "allowRepeat": True},
            opts=self.child_after(operator),
        )
        self.generator = {"apiVersion": GENERATORS, "kind": "Password", "name": PASSWORDS}
        self.register_outputs({})


PACKAGE = f"external-secrets-{versions.EXTERNAL_SECRETS}.tgz"
PASSWORDS = "passwords"
USER = 65532
HEALTH_PORT = 8082
USER = 65532
HEALTH_PORT = 8082
LABELS = {"app.kubernetes.io/name": "external-secrets"}


def values(namespace: Input[str]) -> Spec:
    """The chart's values: the smallest operator that serves one namespace."""
    repository, _, tag = versions.EXTERNAL_SECRETS_IMAGE.rpartition(":")
    return {
        "fullnameOverride": "external-secrets",
        "image": {"repository": repository, "tag": tag},
        "installCRDs": False,
        "scopedNamespace": namespace,
        "scopedRBAC": True,
        "processClusterExternalSecret": False,
        "processClusterStore": False,
        "processClusterGenerator": False,
        "processPushSecret": False,
        "processClusterPushSecret": False,
        "rbac": {"servicebindings": {"create": False}},
        # The chart's own probe gives the port as text, which the API server refuses.
        "extraArgs": {"live-addr": f":{HEALTH_PORT}"},
        "webhook": {"create": False},
        "certController": {"create": False},
        "podSecurityContext": {"enabled": True, "runAsNonRoot": True, "fsGroup": USER},
        "securityContext": {"runAsUser": USER},
        "resources": Resources(cpu="20m", memory="128Mi").spec,
        "commonLabels": PLATFORM,
    }
