from pulumi import ResourceOptions
from pulumi_kubernetes.yaml.v2 import ConfigFile

from components import versions
from components.component import Component
from components.network import Endpoint, Pods, close, open_to_api_server, open_to_everyone
from components.upstream import adapted

RELEASES = "https://github.com/cloudnative-pg/cloudnative-pg/releases/download"
UPSTREAM = f"{RELEASES}/v{versions.CLOUDNATIVE_PG}"
FILE = f"cnpg-{versions.CLOUDNATIVE_PG}.yaml"

# As the release names them
HOME = "cnpg-system"
LABELS = {"app.kubernetes.io/name": "cloudnative-pg"}
WEBHOOK_PORT = 9443


class PostgresOperator(Component):
    """CloudNativePG from its own release manifest, in its own namespace, for the whole cluster.

    Databases are passed this part, so it is there before them and outlives them.
    """

    pods: Pods
    """What asks a database how it is."""

    def __init__(
        self, name: str, *, manifests: str | None = None, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__(name, HOME, opts)

        url = f"{manifests}/cloudnative-pg" if manifests else UPSTREAM
        release = ConfigFile(
            name,
            file=f"{url}/{FILE}",
            opts=ResourceOptions(parent=self, transforms=[adapted]),
        )

        # The release brings the namespace, so it comes first.
        then = self.child_after(release)
        webhook = Endpoint(name=name, namespace=HOME, labels=LABELS, ports=(WEBHOOK_PORT,))
        close(self, then)
        open_to_api_server(self, webhook, then)
        open_to_everyone(self, webhook, then)

        self.pods = webhook
        self.register_outputs({})
