"""The object store's pod: its accounts put together, its buckets made, then its servers."""

import json
from collections.abc import Mapping

from components import further_versions
from components.component import Spec
from components.pods import BESIDE, Mount, Resources, hardened_pod, http_probe, secret_files
from components.secret_key import SecretKey

PORT = 7070
READING_PORT = 7071
USER = 10002
FILES = "/run/secrets/accounts"
ACCOUNTS = "/run/accounts"
DATA = "/data"
HEALTH = "/healthz"
GRACE_SECONDS = 20

# The root account cannot be left out, so its password is drawn anew for each process and kept by
# nobody: no key opens all buckets.
ROOT = 'export ROOT_ACCESS_KEY=root ROOT_SECRET_KEY="$(cat /proc/sys/kernel/random/uuid)"'
SERVER = f"versitygw --iam-dir {ACCOUNTS} --region us-east-1 --quiet --health {HEALTH} --port"

PREPARE = f"""\
set -eu
umask 077
{{
    printf '{{"accessAccounts":{{'
    cat {FILES}/* | paste -sd, -
    printf '}}}}'
}} > {ACCOUNTS}/users.json
mkdir -p {DATA}/buckets {DATA}/versions
{ROOT}
{SERVER} 127.0.0.1:{PORT} posix --versioning-dir {DATA}/versions {DATA}/buckets &
server=$!
trap 'kill "$server"; wait "$server" || true' EXIT
export ADMIN_ENDPOINT_URL=http://127.0.0.1:{PORT}
patience=100
until there=$(versitygw admin list-buckets 2>&1); do
    patience=$((patience - 1))
    [ "$patience" -gt 0 ] || {{ echo "the store does not answer: $there" >&2; exit 1; }}
    sleep 0.3
done
for bucket in "$@"; do
    # One that was half made when the node went down has no owner yet.
    verb=create-bucket
    [ ! -d "{DATA}/buckets/$bucket" ] || verb=change-bucket-owner
    versitygw admin "$verb" --bucket "$bucket" --owner "$bucket"
    echo "$verb $bucket"
done
"""
SERVE = f"""\
{ROOT}
exec {SERVER} :{PORT} posix --versioning-dir {DATA}/versions {DATA}/buckets
"""
# Whatever key one has, this one takes no writes.
SERVE_READERS = f"""\
{ROOT}
exec {SERVER} :{READING_PORT} --readonly posix --versioning-dir {DATA}/versions {DATA}/buckets
"""


def pod_of(
    labels: Mapping[str, str],
    accounts: Mapping[str, SecretKey],
    memory: str,
    *,
    readable: bool = False,
) -> Spec:
    """One server and the step before it; `accounts` is by bucket.

    If `readable`, there is a second server over the same disk, which only reads.
    """
    common: Spec = {
        "image": further_versions.VERSITYGW_IMAGE,
        "resources": Resources(cpu="50m", memory=memory).spec,
    }
    prepare = {
        **common,
        "name": "buckets",
        "command": ["sh", "-c", PREPARE, "buckets", *accounts],
    }

    def server(name: str, script: str, port_name: str, port: int) -> Spec:
        return {
            **common,
            "name": name,
            "command": ["sh", "-c", script],
            "ports": [{"name": port_name, "container_port": port}],
            "startup_probe": http_probe(HEALTH, port, period=1, failures=60),
            "readiness_probe": http_probe(HEALTH, port, period=5, failures=3),
            "liveness_probe": http_probe(HEALTH, port, period=10, failures=6),
        }

    serve = server("versitygw", SERVE, "s3", PORT)
    # One that begins before the other and goes on beside it.
    readers = {**server("readers", SERVE_READERS, "reading", READING_PORT), **BESIDE}
    return hardened_pod(
        serve,
        labels=labels,
        user=USER,
        first=(prepare, readers) if readable else (prepare,),
        mounts=(
            secret_files(FILES, {f"{bucket}.json": key for bucket, key in accounts.items()}),
            # In memory: what the server reads as its accounts never touches the node's disk.
            Mount(name="accounts", path=ACCOUNTS, source={"empty_dir": {"medium": "Memory"}}),
            Mount(name="data", path=DATA),
        ),
        also={"termination_grace_period_seconds": GRACE_SECONDS},
    )


def ports(*, readable: bool) -> list[Spec]:
    """Where both servers answer, or the one that there is."""
    if not readable:
        return [{"port": PORT}]
    return [{"name": "s3", "port": PORT}, {"name": "reading", "port": READING_PORT}]


def account(owner: str) -> str:
    """One account as a member of the server's file; the password is filled in in the cluster."""
    described = {"access": owner, "secret": "{{ .password }}", "role": "user"}
    return f"{json.dumps(owner)}:{json.dumps(described)}\n"
