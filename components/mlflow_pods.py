"""MLflow's pod: its schema brought up to date, its accounts made, then the server."""

from collections.abc import Mapping
from dataclasses import dataclass

from pulumi import Input, Output

from components import further_versions
from components.component import Spec
from components.database import Database
from components.object_store import Bucket
from components.pods import Mount, Resources, hardened_pod, http_probe, secret_files
from components.secret_key import SecretKey

PORT = 5000
USER = 10002
ADMIN = "admin"
AUTH = "auth.ini"
FILES = "/run/secrets/mlflow"
SCRIPTS = "/etc/mlflow"
STORE = "postgresql+psycopg2://"
"""The rest is libpq's to find, in its environment and in a file."""

PREPARE = f"""\
set -eu
python -m mlflow db upgrade {STORE}
python {SCRIPTS}/mlflow_accounts.py {FILES}
"""
# The key signs forms of the browser; it may differ after every start, so nobody keeps it.
SERVE = f"""\
export MLFLOW_FLASK_SERVER_SECRET_KEY="$(cat /proc/sys/kernel/random/uuid)"
exec python -m mlflow server --app-name basic-auth --host 0.0.0.0 --port {PORT} --workers 1 \
    --backend-store-uri {STORE} --serve-artifacts --artifacts-destination "s3://$BUCKET"
"""


@dataclass(frozen=True, kw_only=True)
class MlflowPods:
    """What the server and the step before it share."""

    name: str
    namespace: Input[str]
    database: Database
    bucket: Bucket
    script: Input[str]
    """The config map with the program that makes the accounts."""
    passwords: Mapping[str, SecretKey]
    """By account."""
    auth: SecretKey
    memory: str

    def server(self, labels: Mapping[str, str]) -> Spec:
        """The pod template: one worker process, which is what the memory is for."""
        serving = {
            **self._container("mlflow", SERVE),
            "ports": [{"name": "http", "container_port": PORT}],
            # Its imports take seconds of CPU, on a machine that has other things to do minutes.
            "startup_probe": http_probe("/health", PORT, period=2, failures=240),
            "readiness_probe": http_probe("/health", PORT, period=5, failures=3),
            "liveness_probe": http_probe("/health", PORT, period=10, failures=6),
        }
        return hardened_pod(
            serving,
            labels=labels,
            user=USER,
            first=(self._container("schema", PREPARE),),
            mounts=(
                secret_files(FILES, self._files()),
                Mount(name="scripts", path=SCRIPTS, source={"config_map": {"name": self.script}}),
            ),
        )

    def _files(self) -> dict[str, SecretKey]:
        return {
            **{f"{account}.password": key for account, key in self.passwords.items()},
            AUTH: self.auth,
            "aws": self.bucket.credentials,
            "pg_service.conf": self.database.service,
            "postgres_ca.crt": self.database.ca,
        }

    def _container(self, name: str, script: str) -> Spec:
        own = f"{self.name}:*", Output.format("{}.{}.svc:*", self.name, self.namespace)
        env: dict[str, Input[str]] = {
            **self.database.environment,
            "PGSERVICEFILE": f"{FILES}/pg_service.conf",
            "PGSSLROOTCERT": f"{FILES}/postgres_ca.crt",
            "AWS_SHARED_CREDENTIALS_FILE": f"{FILES}/aws",
            "AWS_DEFAULT_REGION": self.bucket.region,
            "MLFLOW_S3_ENDPOINT_URL": self.bucket.endpoint_url,
            "BUCKET": self.bucket.name,
            "MLFLOW_AUTH_CONFIG_PATH": f"{FILES}/{AUTH}",
            # Whoever calls it by another name is a web page that was tricked into it.
            "MLFLOW_SERVER_ALLOWED_HOSTS": Output.format("{},{},localhost:*", *own),
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # evaluators of language models
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "MLFLOW_SQLALCHEMYSTORE_POOL_SIZE": "5",
            "MLFLOW_SQLALCHEMYSTORE_MAX_OVERFLOW": "5",
            "HOME": "/tmp",  # noqa: S108 (the pod's own folder)
        }
        return {
            "name": name,
            "image": further_versions.MLFLOW_IMAGE,
            "command": ["sh", "-c", script],
            "env": [{"name": key, "value": value} for key, value in env.items()],
            "resources": Resources(cpu="100m", memory=self.memory).spec,
        }


def auth_file() -> str:
    """MLflow's file on who may do what. What one account made, others may read."""
    return f"""\
[mlflow]
default_permission = READ
database_uri = {STORE}
admin_username = {ADMIN}
admin_password = {{{{ .password }}}}
authorization_function = mlflow.server.auth:authenticate_request_basic_auth
# A password's hash is slow on purpose; once a minute is enough.
auth_cache_ttl_seconds = 60
"""
