from pulumi import Input, ResourceOptions, ResourceTransformArgs, ResourceTransformResult
from pulumi_kubernetes.policy.v1 import PodDisruptionBudget
from pulumi_kubernetes.yaml.v2 import ConfigFile

from components import versions
from components.component import Component, Spec
from components.network import Endpoint, Pods, close, open_to_api_server, open_to_everyone
from components.upstream import Transform, adapted

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
    brings: Input[str]
    """The release's namespace."""

    def __init__(
        self,
        name: str,
        *,
        manifests: str | None = None,
        replicas: int = 1,
        opts: ResourceOptions | None = None,
    ) -> None:
        """With a second replica a failover need not wait for a new operator to be scheduled."""
        super().__init__(name, HOME, opts)

        url = f"{manifests}/cloudnative-pg" if manifests else UPSTREAM
        release = ConfigFile(
            name,
            file=f"{url}/{FILE}",
            opts=ResourceOptions(parent=self, transforms=[adapted, several(replicas)]),
        )

        # The release brings the namespace, so it comes first.
        then = self.child_after(release)
        webhook = Endpoint(name=name, namespace=HOME, labels=LABELS, ports=(WEBHOOK_PORT,))
        close(self, then)
        open_to_api_server(self, webhook, then)
        open_to_everyone(self, webhook, then)

        if replicas > 1:
            PodDisruptionBudget(
                name,
                metadata=self.meta,
                spec={"max_unavailable": 1, "selector": {"match_labels": LABELS}},
                opts=then,
            )

        self.pods = webhook
        self.brings = HOME
        self.register_outputs({})


def several(replicas: int) -> Transform:
    """A transform for the operator's Deployment: so many, one of which leads, on different nodes.

    One replica is what the release has, and is left as it is.
    """
    rule: Spec = {
        "maxSkew": 1,
        "topologyKey": "kubernetes.io/hostname",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": LABELS},
    }

    def transform(args: ResourceTransformArgs) -> ResourceTransformResult | None:
        thing: Spec = dict(args.props)
        if thing.get("kind") != "Deployment" or replicas == 1:
            return None
        template = thing["spec"]["template"]
        pod = {**template["spec"], "topologySpreadConstraints": [rule]}
        spec = {**thing["spec"], "replicas": replicas, "template": {**template, "spec": pod}}
        return ResourceTransformResult(props={**thing, "spec": spec}, opts=args.opts)

    return transform
