from collections.abc import Sequence
from pathlib import Path

from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes.apps.v1 import Deployment
from pulumi_kubernetes.core.v1 import ConfigMap, Service

from components.component import Component
from components.database import Database
from components.generated_secret import GeneratedSecret
from components.mlflow_pods import ADMIN, AUTH, PORT, MlflowPods, auth_file
from components.network import Endpoint, Pods, open_path
from components.object_store import Bucket
from components.secret_key import SecretKey
from components.secrets import Secrets

ACCOUNTS = Path(__file__).with_name("mlflow_accounts.py")


class Mlflow(Component):
    """MLflow's tracking server and model registry: runs in a database, artifacts in a bucket.

    Artifacts go through the server, so no client has a key of the bucket. Deliberately without a
    front door: its clients are passed this part, and people come by `kubectl port-forward`.
    """

    url: Output[str]
    """Where clients connect."""
    endpoint: Endpoint
    """What a client's network path leads to."""
    admin: SecretKey
    """Where people find the administrator's password."""

    def __init__(
        self,
        name: str,
        *,
        namespace: Input[str],
        database: Database,
        bucket: Bucket,
        secrets: Secrets,
        clients: Sequence[str] = (),
        memory: str = "1Gi",
        opts: ResourceOptions | None = None,
    ) -> None:
        """`clients` are accounts: each may make experiments and models, and change its own."""
        super().__init__(name, namespace, opts)
        self.endpoint = Endpoint(name=name, namespace=namespace, labels=self.labels, ports=(PORT,))

        def generated(account: str, files: dict[str, str] | None = None) -> GeneratedSecret:
            made = f"{name}-{account}"
            return GeneratedSecret(
                made, namespace=namespace, secrets=secrets, files=files, opts=self.child
            )

        admin = generated(ADMIN, {AUTH: auth_file()})
        accounts = {client: generated(client) for client in clients}
        self.admin = admin.password
        self._clients = {client: made.password for client, made in accounts.items()}

        own = Pods(name=name, namespace=namespace, labels=self.labels)
        paths = [
            path
            for server in (database.server, bucket.door)
            for path in open_path(self, own, server)
        ]
        script = ConfigMap(
            name, metadata=self.meta, data={ACCOUNTS.name: ACCOUNTS.read_text()}, opts=self.child
        )
        service = Service(
            name,
            metadata=self.named(name),
            spec={"selector": self.labels, "ports": [{"port": PORT}]},
            opts=self.child,
        )
        self.url = Output.format("http://{}.{}.svc:{}", service.metadata.name, namespace, PORT)
        pods = MlflowPods(
            name=name,
            namespace=namespace,
            database=database,
            bucket=bucket,
            script=script.metadata.name,
            passwords={ADMIN: self.admin, **self._clients},
            auth=SecretKey(self.admin.secret, AUTH),
            memory=memory,
        )
        Deployment(
            name,
            metadata=self.named(name),
            spec={
                "replicas": 1,
                # Never two versions at one database: the new one upgrades its schema.
                "strategy": {"type": "Recreate"},
                "revision_history_limit": 3,
                "selector": {"match_labels": self.labels},
                "template": pods.server(self.labels),
            },
            opts=self.child_after(database, admin, *accounts.values(), *paths),
        )
        self.register_outputs({"url": self.url})

    def password(self, client: str) -> SecretKey:
        """Where a client's pod finds the password of its account."""
        return self._clients[client]
