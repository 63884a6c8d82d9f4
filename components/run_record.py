"""What a scheduled job writes down of its runs, and the pod that shows its figures."""

from collections.abc import Mapping

from pulumi import Input, ResourceOptions
from pulumi_kubernetes.apps.v1 import Deployment
from pulumi_kubernetes.core.v1 import ConfigMap, Service

from components import metrics_page
from components.component import Component, Spec
from components.network import Endpoint
from components.pods import Mount, hardened_pod, http_probe
from components.rights import rule
from components.scheduled_jobs import USER

RUNS = "runs.json"


class RunRecord:
    """A config map that the job of a part fills in, and a web server that knows only its figures.

    Beside a part's other children: it owns nothing by itself.
    """

    name: str
    """The config map's."""
    metrics: Endpoint
    """Where the figures of the last run are."""

    def __init__(self, owner: Component, part: str) -> None:
        self.name = f"{part}-record"
        labels, shown = owner.role("metrics"), f"{part}-metrics"
        self.metrics = Endpoint(
            name=shown,
            namespace=owner.meta["namespace"],
            labels=labels,
            ports=(metrics_page.PORT,),
        )
        record = ConfigMap(
            self.name,
            metadata=owner.named(self.name),
            data={RUNS: "[]", metrics_page.FILE: ""},
            # The job fills it in.
            opts=ResourceOptions.merge(owner.child, ResourceOptions(ignore_changes=["data"])),
        )
        Deployment(
            shown,
            metadata=owner.named(shown),
            spec={
                "replicas": 1,
                "revision_history_limit": 3,
                "selector": {"match_labels": labels},
                "template": metrics_pod_of(labels, record.metadata.name),
            },
            opts=owner.child,
        )
        Service(
            shown,
            metadata=owner.named(shown),
            spec=metrics_page.service(labels),
            opts=owner.child,
        )

    @property
    def writable(self) -> Spec:
        """What the job must be allowed, in the record's namespace."""
        return rule("", ["configmaps"], ["get", "patch"], self.name)


def metrics_pod_of(labels: Mapping[str, str], record: Input[str]) -> Spec:
    """A web server for one file, which the kubelet keeps up to date."""
    probe = http_probe(f"/{metrics_page.FILE}", metrics_page.PORT, period=10, failures=3)
    container: Spec = {
        **metrics_page.server("/record"),
        "readiness_probe": probe,
        "liveness_probe": probe,
    }
    return hardened_pod(
        container, labels=labels, user=USER, mounts=(config_files("record", "/record", record),)
    )


def config_files(name: str, path: str, config_map: Input[str]) -> Mount:
    """All of a config map as files of one folder."""
    return Mount(name=name, path=path, source={"config_map": {"name": config_map}})
