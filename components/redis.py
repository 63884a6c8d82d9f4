from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes.apps.v1 import StatefulSet
from pulumi_kubernetes.core.v1 import Service

from components import versions
from components.component import Component, Spec
from components.generated_secret import GeneratedSecret
from components.network import Endpoint
from components.pods import Mount, Resources, hardened_pod, secret_files
from components.secret_key import SecretKey
from components.secrets import Secrets
from components.stateful import single

PORT = 6379
USER = 999
CONFIG = "redis.conf"
FILES = "/run/secrets/redis"


class Redis(Component):
    """A password-protected Valkey with an append-only file, one instance.

    Deliberately not a store of record: nothing counts as acknowledged because it is here, and
    what it holds can be rebuilt from Postgres.
    """

    port = PORT
    """Where it listens."""

    host: Output[str]
    """Where clients connect."""
    endpoint: Endpoint
    """What a client's network path leads to."""
    password: SecretKey
    """Where a pod finds the password."""

    def __init__(
        self,
        name: str,
        *,
        namespace: Input[str],
        secrets: Secrets,
        memory_mib: int = 256,
        storage: str = "1Gi",
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, namespace, opts)
        self.endpoint = Endpoint(name=name, namespace=namespace, labels=self.labels, ports=(PORT,))

        secret = GeneratedSecret(
            f"{name}-password",
            namespace=namespace,
            secrets=secrets,
            files={CONFIG: configuration(memory_mib)},
            opts=self.child,
        )
        self.password = secret.password
        config = SecretKey(secret.password.secret, CONFIG)

        service = Service(name, metadata=self.named(name), spec=self._service(), opts=self.child)
        pod = hardened_pod(
            container(memory_mib),
            labels=self.labels,
            user=USER,
            mounts=(
                secret_files(FILES, {CONFIG: config, "password": self.password}),
                Mount(name="data", path="/data"),
            ),
        )
        StatefulSet(
            name,
            metadata=self.named(name),
            spec=single(name, self.labels, pod, storage=storage),
            opts=self.child_after(secret),
        )

        self.host = Output.format("{}.{}.svc", service.metadata.name, namespace)
        self.register_outputs({"host": self.host})

    def _service(self) -> Spec:
        return {"selector": self.labels, "ports": [{"port": PORT}]}


def configuration(memory_mib: int) -> str:
    """Valkey's file. External Secrets fills the password in: it is in no argument and no variable.

    A quarter of the memory is left to the buffers and to the fork that rewrites the file.
    """
    return f"""\
requirepass {{{{ .password }}}}
dir /data
appendonly yes
appendfsync everysec
save ""
maxmemory {memory_mib * 3 // 4}mb
maxmemory-policy noeviction
"""


def container(memory_mib: int) -> Spec:
    """One server. Loading its file after a start counts as not ready, a closed door as dead.

    It is asked by a command only until it has started: every such command is five processes and a
    runtime's exec, on the cores of whoever waits for an answer.
    """
    ask = f'REDISCLI_AUTH="$(cat {FILES}/password)" timeout 2 valkey-cli ping'
    loaded: Spec = {"exec": {"command": ["sh", "-c", f"{ask} | grep -q PONG"]}}
    alive: Spec = {"tcp_socket": {"port": PORT}, "period_seconds": 5}
    return {
        "name": "valkey",
        "image": versions.REDIS_IMAGE,
        "command": ["valkey-server", f"{FILES}/{CONFIG}"],
        "ports": [{"container_port": PORT}],
        "resources": Resources(cpu="50m", memory=f"{memory_mib}Mi").spec,
        "startup_probe": {**loaded, "period_seconds": 1, "failure_threshold": 60},
        "readiness_probe": alive,
        "liveness_probe": alive,
    }
