from dataclasses import asdict, dataclass

from pulumi import Input, ResourceOptions, RunError
from pulumi_kubernetes.batch.v1 import CronJob

from components.component import Component
from components.fraud_pods import FraudPods
from components.mlflow import Mlflow
from components.network import Pods, open_path
from components.postgres import Postgres
from components.redis import Redis
from components.scheduled_jobs import scheduled
from policies.images import unpinned

ACCOUNT = "trainer"
"""The registry's client that this part is."""
MODEL = "fraud"
"""The registered model that is trained and watched."""


@dataclass(frozen=True, kw_only=True)
class Schedules:
    """When each job runs, as cron's five fields in UTC; a job without waits for someone."""

    train: str = ""
    """A model is trained anew and held against the one that serves."""
    drift: str = ""
    """Traffic is held against what the model that serves was trained on."""
    registry: str = ""
    """The registry is told which model serves."""


class Training(Component):
    """Retraining, the watch over drift and the registry's news, as jobs of the trainer's image.

    Deliberately without retries: a run that failed is looked at, and the model that serves goes on
    serving.
    """

    def __init__(
        self,
        name: str,
        *,
        namespace: Input[str],
        image: str,
        ledger: Postgres,
        cache: Redis,
        registry: Mlflow,
        schedules: Schedules,
        promote: bool = False,
        opts: ResourceOptions | None = None,
    ) -> None:
        """With `promote`, a model that passes its gate serves; else it is a challenger."""
        for complaint in unpinned({"image": image}):
            raise RunError(f"Training {name} {complaint}")
        super().__init__(name, namespace, opts)

        own = Pods(name=name, namespace=namespace, labels=self.labels)
        for server in (ledger.direct, cache.endpoint, registry.endpoint):
            open_path(self, own, server)
        pods = FraudPods(
            image=image,
            ledger=ledger,
            cache=cache,
            secrets={"fraud_mlflow_password": registry.password(ACCOUNT)},
            settings={
                "FRAUD_MLFLOW_URL": registry.url,
                "FRAUD_MLFLOW_USER": ACCOUNT,
                "FRAUD_MODEL_NAME": MODEL,
                "FRAUD_TRAIN_PROMOTE": str(promote).lower(),
                "HOME": "/tmp",  # noqa: S108 (the pod's own folder)
            },
        )
        jobs = {
            "train": pods.job("train", self.role("train"), memory="2Gi", retries=0, seconds=3600),
            "drift": pods.job("drift", self.role("drift"), retries=0),
            "registry": pods.job("registry", self.role("registry"), memory="512Mi", retries=0),
        }
        after = self.child_after(ledger, cache, registry)
        for role, schedule in asdict(schedules).items():
            CronJob(
                f"{name}-{role}",
                metadata=self.named(f"{name}-{role}"),
                spec=scheduled(jobs[role], schedule),
                opts=after,
            )
        self.register_outputs({})
