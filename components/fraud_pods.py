"""The pods of the fraud service: one image, a role each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from pulumi import Input

from components.component import Spec
from components.lease import Lease
from components.pods import Mount, Resources, hardened_pod, http_probe, secret_files, spread
from components.postgres import Postgres
from components.redis import Redis
from components.secret_key import SecretKey

PORT = 8080
USER = 10001
FILES = "/run/secrets/fraud"
DRAIN_SECONDS = 5
GRACE_SECONDS = 30


@dataclass(frozen=True, kw_only=True)
class FraudPods:
    """What all roles share: the image, and how they find the database and the cache."""

    image: str
    ledger: Postgres
    cache: Redis
    secrets: Mapping[str, SecretKey]
    """Further secrets, by the name of the file."""
    settings: Mapping[str, Input[str]] = field(default_factory=dict)
    """Further settings, by the name of the variable."""
    lease: Lease | None = None
    """Without one there is no other region that could acknowledge."""

    def api(self, labels: Mapping[str, str]) -> Spec:
        """Serves until the last request is answered: a stopping pod leaves the service first."""
        lease = self.lease
        container = {
            **self._container("api", self.ledger.pooled_host, lease.environment if lease else {}),
            "resources": Resources(cpu="250m", memory="384Mi").spec,
            "ports": [{"name": "http", "container_port": PORT}],
            "startup_probe": http_probe("/healthz", PORT, period=1, failures=60),
            # Longer than a failover of the database: meanwhile a clear 503 beats a closed door.
            "readiness_probe": http_probe("/readyz", PORT, period=1, failures=20),
            "liveness_probe": http_probe("/healthz", PORT, period=5, failures=6),
            "lifecycle": {"pre_stop": {"sleep": {"seconds": DRAIN_SECONDS}}},
        }
        also = {
            "termination_grace_period_seconds": GRACE_SECONDS,
            "topology_spread_constraints": spread(labels),
        }
        files = {"fraud_lease_password": lease.password} if lease else {}
        return self._pod(container, labels, also, files, *([lease.mount] if lease else []))

    def job(
        self,
        role: str,
        labels: Mapping[str, str],
        *,
        memory: str = "768Mi",
        retries: int = 6,
        seconds: int = 600,
    ) -> Spec:
        """Runs a role to its end, on the database itself: it holds long transactions and locks."""
        container = {
            **self._container(role, self.ledger.host),
            "resources": Resources(cpu="250m", memory=memory).spec,
        }
        again = "OnFailure" if retries else "Never"
        return {
            "backoff_limit": retries,
            "active_deadline_seconds": seconds,
            "template": self._pod(container, labels, {"restart_policy": again}),
        }

    def _container(
        self, role: str, host: Input[str], more: Mapping[str, Input[str]] = MappingProxyType({})
    ) -> Spec:
        sentinels = self.cache.sentinels
        env: dict[str, Input[str]] = {
            "FRAUD_POSTGRES_HOST": host,
            "FRAUD_POSTGRES_PORT": str(self.ledger.port),
            "FRAUD_POSTGRES_DATABASE": self.ledger.database,
            "FRAUD_POSTGRES_USER": self.ledger.database,
            "FRAUD_POSTGRES_CA": f"{FILES}/postgres_ca.crt",
            "FRAUD_REDIS_HOST": self.cache.host,
            "FRAUD_REDIS_PORT": str(self.cache.port),
            **({} if sentinels is None else {"FRAUD_REDIS_SENTINELS": sentinels}),
            **self.settings,
            **more,
        }
        return {
            "name": role,
            "image": self.image,
            "args": [role],
            "env": [{"name": key, "value": value} for key, value in env.items()],
        }

    def _pod(
        self,
        container: Spec,
        labels: Mapping[str, str],
        also: Spec,
        more: Mapping[str, SecretKey] = MappingProxyType({}),
        *mounts: Mount,
    ) -> Spec:
        files = {
            "fraud_postgres_password": self.ledger.password,
            "fraud_redis_password": self.cache.password,
            "postgres_ca.crt": self.ledger.ca,
            **self.secrets,
            **more,
        }
        mounted = (secret_files(FILES, files), *mounts)
        return hardened_pod(container, labels=labels, user=USER, mounts=mounted, also=also)
