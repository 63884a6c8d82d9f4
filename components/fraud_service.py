from hashlib import sha256

from pulumi import Input, Output, Resource, ResourceOptions, RunError
from pulumi_kubernetes.apps.v1 import Deployment
from pulumi_kubernetes.autoscaling.v2 import HorizontalPodAutoscaler
from pulumi_kubernetes.batch.v1 import CronJob, Job
from pulumi_kubernetes.core.v1 import Service
from pulumi_kubernetes.policy.v1 import PodDisruptionBudget

from components.component import Component, Spec
from components.fraud_pods import PORT, FraudPods
from components.generated_secret import GeneratedSecret
from components.lease import Lease
from components.network import Endpoint, Pods, open_path, open_to_address, open_to_everyone
from components.postgres import Postgres
from components.redis import Redis
from components.secret_key import SecretKey
from components.secrets import Secrets
from policies.images import unpinned

BUSY = "700m"
"""A process has one thread: with more of a core than this, payments begin to queue."""


class FraudService(Component):
    """The scoring service: its API, the migration before it, and a backfill to start by hand.

    Deliberately without an ingress: clients come through a node port until a gateway is a part.
    """

    url: Output[str]
    """Where clients send transactions."""
    api_key_secret: Output[str]
    """Where the key lies that clients send along: namespace/secret/key."""
    api_key: SecretKey
    """Likewise, for a service of another region that takes the same one."""

    def __init__(
        self,
        name: str,
        *,
        namespace: Input[str],
        image: str,
        ledger: Postgres,
        cache: Redis,
        secrets: Secrets,
        address: str,
        replicas: int = 2,
        api_key: SecretKey | None = None,
        lease: Lease | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        """`address` is a node's, as clients reach it.

        Beside a service of another region, `api_key` is that one's, and one `lease` says whether
        this one acknowledges.
        """
        for complaint in unpinned({"image": image}):
            raise RunError(f"FraudService {name} {complaint}")
        super().__init__(name, namespace, opts)

        first: list[Resource] = [ledger, *([lease] if lease else [])]
        if api_key is None:
            key = GeneratedSecret(
                f"{name}-api-key", namespace=namespace, secrets=secrets, opts=self.child
            )
            api_key = key.password
            first.append(key)
        at = self.api_key = api_key
        self.api_key_secret = Output.format("{}/{}/{}", namespace, at.secret, at.key)
        pods = FraudPods(
            image=image, ledger=ledger, cache=cache, secrets={"fraud_api_key": at}, lease=lease
        )
        roles = {role: self.role(role) for role in ("api", "migrate", "backfill")}
        api = roles["api"]

        own = Pods(name=name, namespace=namespace, labels=self.labels)
        for server in (ledger.direct, ledger.pooled, cache.endpoint):
            open_path(self, own, server)
        door = Endpoint(name=name, namespace=namespace, labels=api, ports=(PORT,))
        open_to_everyone(self, door)
        if lease:
            to = lease.witness
            open_to_address(self, door, name="witness", address=to.address, port=to.port)

        # A job's pod never changes, so a new image is a new job: it migrates again.
        migration = Job(
            f"{name}-migrate",
            metadata=self.named(f"{name}-migrate-{fingerprint(image)}"),
            spec=pods.job("migrate", roles["migrate"]),
            opts=self.child_after(*first),
        )
        CronJob(
            f"{name}-backfill",
            metadata=self.named(f"{name}-backfill"),
            spec=by_hand(pods.job("backfill", roles["backfill"])),
            opts=self.child_after(migration, cache),
        )
        serving = Deployment(
            name,
            metadata=self.named(name),
            spec=rolling(api, pods.api(api)),
            opts=self.child_after(migration, cache),
        )
        HorizontalPodAutoscaler(
            name,
            metadata=self.named(name),
            spec=scale(name, replicas),
            opts=self.child_after(serving),
        )
        PodDisruptionBudget(
            name,
            metadata=self.named(name),
            spec={"max_unavailable": 1, "selector": {"match_labels": api}},
            opts=self.child,
        )
        service = Service(
            name,
            metadata=self.named(name),
            spec={
                "type": "NodePort",
                "selector": api,
                "ports": [{"port": 80, "target_port": PORT}],
            },
            opts=self.child,
        )

        port = service.spec.ports[0].node_port.apply(chosen)
        self.url = Output.format("http://{}:{}", address, port)
        self.register_outputs({"url": self.url, "api_key_secret": self.api_key_secret})


def chosen(port: int | None) -> str:
    """Kubernetes chooses the port; a preview has none to show yet."""
    return str(port or "(chosen at up)")


def fingerprint(image: str) -> str:
    """A short name of an image, another for every digest."""
    return sha256(image.encode()).hexdigest()[:8]


def by_hand(job: Spec) -> Spec:
    """A job that only runs when someone makes one from this schedule, which never comes up."""
    return {
        "schedule": "0 0 1 1 *",
        "suspend": True,
        "concurrency_policy": "Forbid",
        "job_template": {"spec": job},
    }


def rolling(labels: dict[str, str], pod: Spec) -> Spec:
    """Replicas that are replaced one by one, the new one ready before the old one goes.

    How many is the autoscaler's to say: a number here would undo its own at every update.
    """
    return {
        "revision_history_limit": 3,
        "selector": {"match_labels": labels},
        "strategy": {"rolling_update": {"max_surge": 1, "max_unavailable": 0}},
        "template": pod,
    }


def scale(name: str, replicas: int) -> Spec:
    """Up to twice the replicas while they are busy, back only after five calm minutes."""
    busy = {"type": "AverageValue", "average_value": BUSY}
    return {
        "scale_target_ref": {"api_version": "apps/v1", "kind": "Deployment", "name": name},
        "min_replicas": replicas,
        "max_replicas": 2 * replicas,
        "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": busy}}],
    }
