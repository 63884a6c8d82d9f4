from html import escape

from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes.apps.v1 import Deployment
from pulumi_kubernetes.core.v1 import ConfigMap, Service
from pulumi_kubernetes.policy.v1 import PodDisruptionBudget

from components import versions
from components.component import Component, Spec
from components.network import Endpoint, open_to_everyone
from components.pods import Mount, Resources, hardened_pod, http_probe, spread

PORT = 8080
USER = 10001
PAGES = "/srv"
GRACE_SECONDS = 5


class Notice(Component):
    """A page that says one thing, for the time when the platform is being worked on.

    Deliberately not a web server for anything more: one page, no TLS, no logs of who read it.
    """

    url: Output[str]
    """Where people read it."""

    def __init__(
        self,
        name: str,
        *,
        namespace: Input[str],
        text: str,
        address: str,
        replicas: int = 2,
        opts: ResourceOptions | None = None,
    ) -> None:
        """`address` is a node's, as people reach it."""
        super().__init__(name, namespace, opts)

        # Another text is another ConfigMap of another name, so the pods are replaced with it.
        pages = ConfigMap(
            name, metadata=self.meta, data={"index.html": page(text)}, opts=self.child
        )
        pod = hardened_pod(
            container(),
            labels=self.labels,
            user=USER,
            mounts=(
                Mount(
                    name="pages", path=PAGES, source={"config_map": {"name": pages.metadata.name}}
                ),
            ),
            also={
                # As process 1 it hears no SIGTERM: it serves who still comes, then it is killed.
                "termination_grace_period_seconds": GRACE_SECONDS,
                "topology_spread_constraints": spread(self.labels),
            },
        )
        Deployment(
            name,
            metadata=self.meta,
            spec={
                "replicas": replicas,
                "selector": {"match_labels": self.labels},
                "template": pod,
            },
            opts=self.child,
        )
        PodDisruptionBudget(
            name,
            metadata=self.meta,
            spec={"max_unavailable": 1, "selector": {"match_labels": self.labels}},
            opts=self.child,
        )
        door = Endpoint(name=name, namespace=namespace, labels=self.labels, ports=(PORT,))
        open_to_everyone(self, door)
        service = Service(
            name,
            metadata=self.meta,
            spec={
                "type": "NodePort",
                "selector": self.labels,
                "ports": [{"port": 80, "target_port": PORT}],
            },
            opts=self.child,
        )

        self.url = Output.format("http://{}:{}", address, service.spec.ports[0].node_port)
        self.register_outputs({"url": self.url})


def page(text: str) -> str:
    """The text as HTML, whatever it holds."""
    return f"<!doctype html><title>Notice</title><p>{escape(text)}</p>\n"


def container() -> Spec:
    """BusyBox's own web server, in the foreground."""
    return {
        "name": "httpd",
        "image": versions.BUSYBOX_IMAGE,
        "command": ["httpd", "-f", "-p", str(PORT), "-h", PAGES],
        "ports": [{"container_port": PORT}],
        "resources": Resources(cpu="10m", memory="16Mi").spec,
        "readiness_probe": http_probe("/", PORT, period=2, failures=2),
        "liveness_probe": http_probe("/", PORT, period=5, failures=6),
    }
