"""Several Valkeys of which one takes writes, and the sentinels that say which."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pulumi import Input, Output

from components import versions
from components.component import Spec
from components.pods import Mount, Resources, hardened_pod, spread
from components.stateful import single

PORT = 26379
CONFIG = "sentinel.conf"
GROUP = "redis"
"""What the sentinels call the instances that they watch."""
SIZES = (1, 3)
"""Two could not tell a lost one from a lost cable; more than three protect nothing here."""
START = Path(__file__).parent / "redis_start.sh"

CUT_OFF_SECONDS = 3
"""A primary that heard from no replica for so long takes nothing any more."""
DOWN_SECONDS = 3
"""How long a primary is silent before sentinels may replace it."""

# A primary that is cut off must stop by itself: what it took meanwhile would be in no window.
REPLICATION = f"""\
masterauth {{{{ .password }}}}
min-replicas-to-write 1
min-replicas-max-lag {CUT_OFF_SECONDS}
repl-ping-replica-period 1
repl-timeout 10
repl-diskless-sync-delay 1
client-output-buffer-limit replica 32mb 32mb 0
"""
"""What is added to each instance's file. Replicas' buffers are not in `maxmemory`: they are small,
and one that falls behind further is copied anew."""

SENTINEL = f"""\
port {PORT}
dir /tmp
requirepass {{{{ .password }}}}
sentinel sentinel-pass {{{{ .password }}}}
sentinel auth-pass {GROUP} {{{{ .password }}}}
sentinel down-after-milliseconds {GROUP} {DOWN_SECONDS * 1000}
sentinel failover-timeout {GROUP} 5000
sentinel parallel-syncs {GROUP} 1
"""
"""A sentinel's file, but for whom it watches and where it is found: that is known at its start.

When an election ends without a winner, the next one is held after twice the time-out.
"""

STATE = Mount(
    name="sentinel",
    path="/run/sentinel",
    source={"empty_dir": {"medium": "Memory", "size_limit": "1Mi"}},
)
"""Where a sentinel writes down what it knows, the password with it: so in memory, on no disk."""


@dataclass(frozen=True)
class RedisGroup:
    """The instances of one name, each in a pod with a sentinel."""

    name: str
    namespace: Input[str]
    instances: int

    @property
    def members(self) -> list[str]:
        """The pods, and the service of each."""
        return [f"{self.name}-{number}" for number in range(self.instances)]

    @property
    def hosts(self) -> list[Output[str]]:
        """Where each is found. A pod's own short name leads to itself and past its service."""
        return [Output.format("{}.{}.svc", each, self.namespace) for each in self.members]

    @property
    def sentinels(self) -> Output[str]:
        """Whom a client asks: `name:port` of each, with commas between them."""
        return Output.all(*(Output.format("{}:{}", each, PORT) for each in self.hosts)).apply(
            ",".join
        )

    def pod(
        self, valkey: Spec, *, labels: Mapping[str, str], user: int, mounts: tuple[Mount, ...]
    ) -> Spec:
        """One instance and its sentinel, on a node of its own as far as there are any."""
        return hardened_pod(
            {**valkey, "command": self._started("valkey")},
            beside=[{**SENTINEL_CONTAINER, "command": self._started("sentinel")}],
            labels=labels,
            user=user,
            mounts=(*mounts, STATE),
            also={"topology_spread_constraints": spread(labels)},
        )

    def stateful_set(self, labels: Mapping[str, str], pod: Spec, *, storage: str) -> Spec:
        """All start at once: with one lost, another must not wait for it."""
        one = single(self.name, labels, pod, storage=storage)
        return {**one, "replicas": self.instances, "pod_management_policy": "Parallel"}

    def _started(self, role: str) -> list[Input[str]]:
        return ["sh", "-c", START.read_text(encoding="utf-8"), role, *self.hosts]


def service(labels: Mapping[str, str], member: str) -> Spec:
    """An address of one pod that outlives it: what others know of it is true after its restart.

    Found before it is ready, as it must copy its data first.
    """
    return {
        "selector": {**labels, "statefulset.kubernetes.io/pod-name": member},
        "publish_not_ready_addresses": True,
        "ports": [{"name": "valkey", "port": 6379}, {"name": "sentinel", "port": PORT}],
    }


# An open door is enough to call it alive: the other sentinels look closer every second.
DOOR: Spec = {"tcp_socket": {"port": PORT}}
SENTINEL_CONTAINER: Spec = {
    "name": "sentinel",
    "image": versions.REDIS_IMAGE,
    "ports": [{"container_port": PORT}],
    "resources": Resources(cpu="20m", memory="48Mi").spec,
    "startup_probe": {**DOOR, "period_seconds": 1, "failure_threshold": 60},
    "readiness_probe": {**DOOR, "period_seconds": 5},
    "liveness_probe": {**DOOR, "period_seconds": 5},
}
