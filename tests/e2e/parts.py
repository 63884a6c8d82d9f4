"""Where the stack's parts are in the cluster: the labels and ports that they promise."""

from dataclasses import dataclass
from typing import Any

from kubernetes.client import ApiException

from tests.e2e import pods
from tests.e2e.stack import RunningStack

CNPG = ("postgresql.cnpg.io", "v1")
HEALTHY = "Cluster in healthy state"
"""What the operator says of a database when nothing is left to do."""


@dataclass(frozen=True)
class Part:
    """A kind of pod of the stack: how to find it and what it listens on."""

    name: str
    labels: dict[str, str]
    container: str
    port: int

    def labels_of(self, stack: RunningStack) -> Any:
        """All labels of its pods, to hold selectors against."""
        return self.pods(stack)[0].metadata.labels.items()

    @property
    def selector(self) -> str:
        """Its labels, as the Kubernetes API is asked for them."""
        return ",".join(f"{key}={value}" for key, value in self.labels.items())

    def pods(self, stack: RunningStack) -> list[pods.Pod]:
        """Its pods that serve and stay; none is a failure, not an empty answer."""
        found = stack.core.list_namespaced_pod(stack.namespace, label_selector=self.selector).items
        staying = [pod for pod in found if not pod.metadata.deletion_timestamp]
        serving = [pod for pod in staying if pods.ready(pod) and pod.status.phase == "Running"]
        assert serving, f"{self.name}: no pod with {self.selector} serves"
        return serving


LEDGER = "ledger"
"""There may be others beside it: restored ones."""
POSTGRES = Part(
    "postgres", {"cnpg.io/podRole": "instance", "cnpg.io/cluster": LEDGER}, "postgres", 5432
)
PRIMARY = Part("primary", POSTGRES.labels | {"cnpg.io/instanceRole": "primary"}, "postgres", 5432)
STANDBY = Part("standby", POSTGRES.labels | {"cnpg.io/instanceRole": "replica"}, "postgres", 5432)
POOLER = Part("pooler", {"cnpg.io/podRole": "pooler"}, "pgbouncer", 5432)
REDIS = Part("redis", {"app.kubernetes.io/name": "redis"}, "valkey", 6379)
SENTINEL_PORT = 26379
"""Of what stands beside each of several."""
OBJECTS = Part("objects", {"app.kubernetes.io/name": "objectstore"}, "versitygw", 7070)
MLFLOW = Part("mlflow", {"app.kubernetes.io/name": "mlflow"}, "mlflow", 5000)
API = Part("api", {"app.kubernetes.io/component": "api"}, "api", 8080)


def metrics(stack: RunningStack) -> dict[str, str]:
    """What each replica of the service counts, by its pod; nothing where one does not answer."""
    found = {}
    for pod in API.pods(stack):
        name = f"{pod.metadata.name}:{API.port}"
        try:
            found[pod.metadata.name] = stack.core.connect_get_namespaced_pod_proxy_with_path(
                name, stack.namespace, "metrics"
            )
        except ApiException:
            found[pod.metadata.name] = ""
    return found


AUTHORISED = 'REDISCLI_AUTH="$(cat /run/secrets/redis/password)" exec valkey-cli "$@"'


def ask_redis(stack: RunningStack, pod: pods.Pod, *command: str, port: int = REDIS.port) -> str:
    """What one Redis, or the sentinel beside it, answers to a command."""
    asked = ("sh", "-c", AUTHORISED, "ask", "-p", str(port), *command)
    return pods.execute(stack, pod, REDIS.container, *asked)


def redis_instances(stack: RunningStack) -> int:
    """How many Redis are declared; an only one that a drill holds away is still one."""
    found = stack.apps.list_namespaced_stateful_set(stack.namespace, label_selector=REDIS.selector)
    return max([1, *(int(each.spec.replicas) for each in found.items)])


def redis_primary(stack: RunningStack) -> pods.Pod:
    """The pod of the Redis that takes writes; none is a failure."""
    found = [it for it in REDIS.pods(stack) if ask_redis(stack, it, "role").startswith("master")]
    assert found, "redis: no pod that serves takes writes"
    return found[0]


def postgres(stack: RunningStack) -> dict[str, Any]:
    """The Postgres cluster as its operator describes it."""
    cluster: dict[str, Any] = stack.custom.get_namespaced_custom_object(
        *CNPG, stack.namespace, "clusters", LEDGER
    )
    return cluster


def sql(stack: RunningStack, query: str, *, part: Part = PRIMARY) -> list[list[str]]:
    """The rows of a query, asked as the database's own administrator in an instance's pod."""
    pod = part.pods(stack)[0]
    database = postgres(stack)["spec"]["bootstrap"]["initdb"]["database"]
    psql = ["psql", "--no-psqlrc", "--tuples-only", "--no-align", "--field-separator=\t"]
    given = ["--set=ON_ERROR_STOP=1", "--dbname", database]
    text = pods.execute(stack, pod, part.container, *psql, *given, given=query)
    return [line.split("\t") for line in text.splitlines()]
