"""The copier's pod, and what rclone is told of both buckets."""

from collections.abc import Mapping
from pathlib import Path

from pulumi import Input, Output

from components import further_versions, metrics_page
from components.bucket_door import FarBucket
from components.component import Spec
from components.object_store import Bucket
from components.pods import BESIDE, Mount, Resources, hardened_pod, http_probe, secret_files
from components.secret_key import SecretKey

SCRIPT = Path(__file__).with_name("bucket_replication.sh")
FOLDER = "/etc/replication"
FILES = "/run/secrets/replication"
FIGURES = "/run/figures"
USER = 10004
ROUND_SECONDS = 2400
"""No round takes longer than half an hour by itself, plus what its lists take."""


def remotes(source: Bucket | FarBucket, target: Bucket) -> Output[str]:
    """Rclone's configuration, which names no secret: the keys are files that are mounted."""
    return Output.concat(_remote("source", source), "\n", _remote("copy", target))


def _remote(name: str, bucket: Bucket | FarBucket) -> Output[str]:
    return Output.format(
        """\
[{}]
type = s3
provider = Other
env_auth = true
shared_credentials_file = {}
endpoint = {}
region = {}
no_check_bucket = true
""",
        name,
        f"{FILES}/{name}",
        bucket.endpoint_url,
        bucket.region,
    )


def pod_of(
    labels: Mapping[str, str],
    *,
    given: Input[str],
    keys: Mapping[str, SecretKey],
    arguments: tuple[str, ...],
    every_seconds: int,
    memory: str,
) -> Spec:
    """The copier, and beside it a web server for its figures; `given` is the config map."""
    copier: Spec = {
        "name": "rclone",
        "image": further_versions.RCLONE_IMAGE,
        "command": ["sh", f"{FOLDER}/{SCRIPT.name}", *arguments],
        "env": [
            {"name": "HOME", "value": "/tmp"},  # noqa: S108 (the pod's own folder)
            {"name": "RCLONE_CONFIG", "value": f"{FOLDER}/rclone.conf"},
        ],
        "resources": Resources(cpu="20m", memory=memory).spec,
        "readiness_probe": http_probe(
            f"/{metrics_page.FILE}", metrics_page.PORT, period=5, failures=3
        ),
        "liveness_probe": {
            "exec": {"command": ["sh", "-c", youngest(ROUND_SECONDS + every_seconds)]},
            "period_seconds": 60,
            "timeout_seconds": 10,
            "failure_threshold": 2,
        },
    }
    figures: Spec = {
        **BESIDE,
        **metrics_page.server(FIGURES),
        "liveness_probe": {"tcp_socket": {"port": metrics_page.PORT}, "period_seconds": 30},
    }
    return hardened_pod(
        copier,
        labels=labels,
        user=USER,
        first=(figures,),
        mounts=(
            Mount(name="given", path=FOLDER, source={"config_map": {"name": given}}),
            Mount(name="figures", path=FIGURES, source={"empty_dir": {}}),
            secret_files(FILES, keys),
        ),
        also={"termination_grace_period_seconds": 10},
    )


def youngest(seconds: int) -> str:
    """A shell's question whether the figures were written that lately: a round that hangs ends."""
    return f"test $(($(date +%s) - $(stat -c %Y {FIGURES}/{metrics_page.FILE}))) -lt {seconds}"
