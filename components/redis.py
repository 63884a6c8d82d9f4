from collections.abc import Mapping

from pulumi import Input, Output, Resource, ResourceOptions, RunError
from pulumi_kubernetes.apps.v1 import StatefulSet
from pulumi_kubernetes.core.v1 import Service
from pulumi_kubernetes.policy.v1 import PodDisruptionBudget

from components import redis_group, versions
from components.component import Component, Spec
from components.generated_secret import GeneratedSecret
from components.network import Endpoint, open_path
from components.pods import Mount, Resources, hardened_pod, secret_files
from components.redis_group import RedisGroup
from components.secret_key import SecretKey
from components.secrets import Secrets
from components.stateful import single

PORT = 6379
USER = 999
CONFIG = "redis.conf"
FILES = "/run/secrets/redis"


class Redis(Component):
    """A password-protected Valkey with an append-only file: one, or three of which one is primary.

    Deliberately not a store of record: nothing counts as acknowledged because it is here, and
    what it holds can be rebuilt from Postgres. With three, sentinels beside them replace a lost
    primary within seconds; what it had not yet handed on is put back by its clients.
    """

    port = PORT
    """Where it listens."""

    host: Output[str]
    """Where clients connect; with several instances, where any sentinel answers."""
    sentinels: Output[str] | None = None
    """Who says which instance takes writes: `name:port` of each, with commas between them."""
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
        instances: int = 1,
        opts: ResourceOptions | None = None,
    ) -> None:
        if instances not in redis_group.SIZES:
            raise RunError(f"Redis {name} has {instances} instances, allowed: 1 or 3")
        super().__init__(name, namespace, opts)
        group = RedisGroup(name, namespace, instances) if instances > 1 else None
        ports = (PORT, redis_group.PORT) if group else (PORT,)
        self.endpoint = Endpoint(name=name, namespace=namespace, labels=self.labels, ports=ports)

        # A secret is written once: one of another content has another name.
        secret = GeneratedSecret(
            f"{name}-group" if group else f"{name}-password",
            namespace=namespace,
            secrets=secrets,
            files=files(memory_mib, group),
            opts=self.child,
        )
        self.password = at = secret.password
        mounted = {file: SecretKey(at.secret, file) for file in files(memory_mib, group)}
        mounts = (
            secret_files(FILES, {**mounted, "password": at}),
            Mount(name="data", path="/data"),
        )

        service = Service(
            name,
            metadata=self.named(name),
            spec=found(self.labels, ports[-1]),
            opts=self.child,
        )
        valkey = container(memory_mib)
        first: list[Resource] = [secret]
        if group:
            first += self._paths(group)
            pod = group.pod(valkey, labels=self.labels, user=USER, mounts=mounts)
            spec = group.stateful_set(self.labels, pod, storage=storage)
            self.sentinels = group.sentinels
        else:
            pod = hardened_pod(valkey, labels=self.labels, user=USER, mounts=mounts)
            spec = single(name, self.labels, pod, storage=storage)
        StatefulSet(name, metadata=self.named(name), spec=spec, opts=self.child_after(*first))

        self.host = Output.format("{}.{}.svc", service.metadata.name, namespace)
        self.register_outputs({"host": self.host})

    def _paths(self, group: RedisGroup) -> list[Resource]:
        """What lets a group's instances find each other, and keeps two of them through drains.

        Returned is what must be there before them.
        """
        PodDisruptionBudget(
            group.name,
            metadata=self.named(group.name),
            spec={"max_unavailable": 1, "selector": {"match_labels": self.labels}},
            opts=self.child,
        )
        for member in group.members:  # Pulumi waits for their pods: nothing may go after them
            Service(
                member,
                metadata=self.named(member),
                spec=redis_group.service(self.labels, member),
                opts=self.child,
            )
        return list(open_path(self, self.endpoint, self.endpoint))


def files(memory_mib: int, group: RedisGroup | None) -> dict[str, str]:
    """The programs' files, by their names."""
    alone = configuration(memory_mib)
    if group is None:
        return {CONFIG: alone}
    return {CONFIG: alone + redis_group.REPLICATION, redis_group.CONFIG: redis_group.SENTINEL}


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


def found(labels: Mapping[str, str], port: int) -> Spec:
    """Where clients connect, before it is ready too.

    A server that loads its file says so itself, sooner than a probe, its kubelet and the services'
    rules do: after a restart a client reaches it seconds earlier.
    """
    return {
        "selector": labels,
        "publish_not_ready_addresses": True,
        "ports": [{"port": port}],
    }


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
        "resources": Resources(cpu="150m", memory=f"{memory_mib}Mi").spec,
        "startup_probe": {
            **loaded,
            "period_seconds": 1,
            "timeout_seconds": 3,  # longer than the command's own
            "failure_threshold": 60,
        },
        "readiness_probe": alive,
        "liveness_probe": alive,
    }
