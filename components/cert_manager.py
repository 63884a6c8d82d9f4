from pulumi import Input, ResourceOptions
from pulumi_kubernetes.helm.v4 import Chart
from pulumi_kubernetes.yaml.v2 import ConfigGroup

from components import further_versions
from components.component import PLATFORM, Component, Spec
from components.namespace import Namespace
from components.network import Endpoint, Pods, open_to_api_server, open_to_everyone
from components.pods import Resources
from components.upstream import adapted, awaited, probed

PROJECT = "https://github.com/cert-manager/cert-manager"
CRDS = f"{PROJECT}/releases/download/v{further_versions.CERT_MANAGER}/cert-manager.crds.yaml"
CHARTS = "https://charts.jetstack.io"
KINDS = ("certificaterequests", "certificates", "challenges", "clusterissuers", "issuers", "orders")

# As the chart names them
HOME = "cert-manager"
CONTROLLER = "controller"
WEBHOOK = "webhook"
INJECTOR = "cainjector"
WEBHOOK_PORT = 10250
METRICS_PORT = 9402
USER = 10004
TRUSTED = "jsonpath={.webhooks[0].clientConfig.caBundle}"
WEBHOOKS = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")


class CertManager(Component):
    """cert-manager from its own chart, in a closed namespace of its own, for the whole cluster.

    Parts with certificates are passed this part. It makes no certificate by itself.
    """

    brings: Input[str]
    """Its namespace."""

    def __init__(
        self, name: str, *, manifests: str | None = None, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__(name, HOME, opts)
        folder = f"{manifests}/cert-manager" if manifests else None
        home = Namespace(HOME, cpu="500m", memory="1Gi", pods=10, opts=self.child).name
        self.brings = home

        files = [f"{folder}/crd-{kind}.yaml" for kind in KINDS] if folder else [CRDS]
        crds = ConfigGroup(
            f"{name}-crds",
            files=files,
            opts=ResourceOptions(parent=self, transforms=[adapted]),
        )
        webhook = Endpoint(
            name=f"{name}-{WEBHOOK}", namespace=home, labels=labels(WEBHOOK), ports=(WEBHOOK_PORT,)
        )
        paths = [
            open_to_everyone(self, webhook),
            open_to_api_server(self, webhook),
            *(
                open_to_api_server(
                    self, Pods(name=f"{name}-{role}", namespace=home, labels=labels(role))
                )
                for role in (CONTROLLER, INJECTOR)
            ),
        ]
        Chart(
            name,
            chart=f"{folder}/cert-manager" if folder else "cert-manager",
            version=None if folder else f"v{further_versions.CERT_MANAGER}",
            repository_opts=None if folder else {"repo": CHARTS},
            namespace=home,
            name=HOME,
            values=VALUES,
            opts=ResourceOptions(
                parent=self,
                depends_on=[crds, *paths],
                transforms=[
                    adapted,
                    probed("/metrics", METRICS_PORT, only=HOME),
                    # Until then the API server refuses every certificate.
                    awaited(TRUSTED, *WEBHOOKS),
                ],
            ),
        )
        self.register_outputs({})


def labels(role: str) -> dict[str, str]:
    """How Kubernetes finds the pods of one of its programs."""
    return {"app.kubernetes.io/instance": HOME, "app.kubernetes.io/component": role}


def _program(memory: str) -> Spec:
    return {
        "resources": Resources(cpu="10m", memory=memory).spec,
        "securityContext": {"runAsUser": USER},
        "containerSecurityContext": {"readOnlyRootFilesystem": True},
    }


VALUES: Spec = {
    "global": {"leaderElection": {"namespace": HOME}, "commonLabels": PLATFORM},
    **_program("128Mi"),
    WEBHOOK: _program("96Mi"),
    INJECTOR: _program("192Mi"),
    # A job that the chart runs when Helm installs it; what needs certificates waits by itself.
    "startupapicheck": {"enabled": False},
}
"""The same for every version of the chart from 1.11 on; definitions come apart from it."""
