from pulumi import Input, ResourceOptions, RunError
from pulumi_kubernetes.apps.v1 import Deployment
from pulumi_kubernetes.core.v1 import ConfigMap, Service

from components import metrics_page
from components.archive_specs import Place
from components.bucket_door import FarBucket
from components.bucket_replication_specs import SCRIPT, pod_of, remotes
from components.cloud_buckets import BY_ITSELF
from components.component import Component
from components.network import Endpoint, Pods, open_path, open_to_address
from components.object_store import Bucket
from components.shared_secrets import SharedSecrets


class BucketReplication(Component):
    """A second copy of a bucket, in the region where this part is: what is new there comes here.

    For objects that are written once. None in the copy is ever overwritten or taken away, whatever
    becomes of the source: what is deleted there stays here, and what is changed there is told and
    not taken over. So the copy only grows. Deliberately not for a cloud's buckets, which the cloud
    copies itself.
    """

    metrics: Endpoint
    """Where the figures are: how far behind the copy is, and what differs."""

    def __init__(
        self,
        name: str,
        *,
        namespace: Input[str],
        source: Place | FarBucket,
        target: Place,
        every_seconds: int = 60,
        max_mib_per_second: int | None = None,
        shared: SharedSecrets | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        """A source in another region needs `shared`, which fetches its key from there."""
        if not isinstance(source, Bucket | FarBucket):
            raise RunError(f"BucketReplication {name}: source {_cloud(source)}")
        if not isinstance(target, Bucket):
            raise RunError(f"BucketReplication {name}: target {_cloud(target)}")
        if isinstance(source, FarBucket) and not shared:
            raise RunError(
                f"BucketReplication {name}: source is in another region and shared is missing; "
                "pass what fetches its key"
            )
        if every_seconds < 1:
            raise RunError(
                f"BucketReplication {name}: every_seconds is {every_seconds}, allowed: 1 or more"
            )
        if max_mib_per_second is not None and max_mib_per_second < 1:
            raise RunError(
                f"BucketReplication {name}: max_mib_per_second is {max_mib_per_second}, "
                "allowed: 1 or more, or none"
            )
        super().__init__(name, namespace, opts)
        self.metrics = Endpoint(
            name=f"{name}-metrics",
            namespace=namespace,
            labels=self.labels,
            ports=(metrics_page.PORT,),
        )
        self._open_paths(name, source, target)

        given = ConfigMap(
            name,
            metadata=self.meta,
            data={SCRIPT.name: SCRIPT.read_text(), "rclone.conf": remotes(source, target)},
            opts=self.child,
        )
        rate = f"{max_mib_per_second}M" if max_mib_per_second else "off"
        pod = pod_of(
            self.labels,
            given=given.metadata.name,
            keys={"source": source.credentials, "copy": target.credentials},
            arguments=(source.name, target.name, str(every_seconds), rate),
            every_seconds=every_seconds,
            memory="128Mi",
        )
        Deployment(
            name,
            metadata=self.named(name),
            spec={
                "replicas": 1,
                "strategy": {"type": "Recreate"},
                "revision_history_limit": 3,
                "selector": {"match_labels": self.labels},
                "template": pod,
            },
            opts=self.child_after(*([shared.fetch(source.credentials)] if shared else [])),
        )
        Service(
            f"{name}-metrics",
            metadata=self.named(f"{name}-metrics"),
            spec=metrics_page.service(self.labels),
            opts=self.child,
        )
        self.register_outputs({})

    def _open_paths(self, name: str, source: Bucket | FarBucket, target: Bucket) -> None:
        """To both stores, and to nothing else."""
        own = Pods(name=name, namespace=self.meta["namespace"], labels=self.labels)
        if isinstance(source, Bucket):
            open_path(self, own, source.door)
        else:
            open_to_address(self, own, name="source", address=source.address, port=source.port)
        if not (isinstance(source, Bucket) and source.door == target.door):
            open_path(self, own, target.door)


def _cloud(place: Place | FarBucket) -> str:
    """What is wrong with a place that is no store's."""
    kind = type(place).__name__
    itself = BY_ITSELF.get(type(place), "no copy can be written there")
    return f"is a {kind}, allowed: a bucket of an ObjectStore; {itself}"
