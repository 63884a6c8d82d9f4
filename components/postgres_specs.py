"""What CloudNativePG is asked for: its objects' specifications, in its own words."""

import re

from pulumi import Input, Output, RunError

from components import versions
from components.component import PLATFORM, Spec
from components.pods import Resources
from components.secret_key import SecretKey

API = "postgresql.cnpg.io/v1"
PORT = 5432
STATUS_PORT = 8000
"""Where the operator asks an instance how it is."""

READY_WHEN_HEALTHY = {"pulumi.com/waitFor": "condition=Ready"}

PAIR = 2
"""A primary and one replica, perhaps on one node. With more there are nodes to lose."""

SWIFT: Spec = {
    "primaryLease": {
        "leaseDurationSeconds": 3,
        "renewDeadlineSeconds": 2,
        "retryPeriodSeconds": 1,
    },
    # A primary that is killed two seconds after it was told to stop has given up its lease by then.
    "smartShutdownTimeout": 0,
    # One that is back after a crash is routed to when a probe says so, which by default is up to
    # ten seconds later. Ten bad answers, not three, make one dead that may only be slow.
    "probes": {
        "startup": {"periodSeconds": 1},
        "readiness": {"periodSeconds": 1, "failureThreshold": 10},
    },
}
"""Where two copies are left after a loss, nothing but these waits stands between it and the next
acknowledgement."""

# Deleted in the foreground, it would be there until its pods are gone, and the operator would go
# on making new ones.
GONE_AT_ONCE = {"pulumi.com/deletionPropagationPolicy": "background"}


def instances_of(instances: int, *, memory: str, storage: str) -> Spec:
    """The instances: every commit on two of their disks, and a failover that waits for nobody."""
    return {
        "instances": instances,
        "imageName": versions.POSTGRES_IMAGE,
        "enablePDB": True,
        "inheritedMetadata": {"labels": PLATFORM},
        "postgresql": {
            "parameters": {
                "shared_buffers": buffers_of(memory),
                "max_connections": "100",
                **eager(instances),
            },
            "synchronous": synchronous(instances),
        },
        "resources": Resources(cpu="100m", memory=memory).spec,
        "storage": {"size": storage},
        # A primary that died holding its lease is succeeded when that has run out. It is renewed
        # every second; a slow API server costs nothing, as only a failover makes others want it.
        "primaryLease": {
            "leaseDurationSeconds": 4,
            "renewDeadlineSeconds": 3,
            "retryPeriodSeconds": 1,
        },
        # A smart shutdown refuses new connections while old ones last: all of it is an outage.
        "smartShutdownTimeout": 1,
        "stopDelay": 30,
        "switchoverDelay": 30,
        "failoverDelay": 0,
        **(SWIFT if instances > PAIR else {}),
    }


def buffers_of(memory: str) -> str:
    """Three eighths of the memory, in Postgres' own units.

    Indexes of windows are entered at random. A page that finds no room is written out, and again
    when the next payment has changed it: with a quarter of today's buffers that was most of what
    the disk had to do.
    """
    found = re.fullmatch(r"([1-9][0-9]*)(Mi|Gi)", memory)
    if not found:
        raise RunError(f"Postgres: memory is {memory!r}, allowed: whole Mi or Gi, such as 1Gi")
    mebibytes = int(found[1]) * {"Mi": 1, "Gi": 1024}[found[2]]
    return f"{mebibytes * 3 // 8}MB"


def synchronous(instances: int) -> Spec:
    """Every commit is on two disks before it counts.

    Of several replicas one that has not the newest commit may be left after a loss: the operator
    promotes only while it can be sure that some replica that it sees has it.
    """
    sure = {"failoverQuorum": True} if instances > PAIR else {}
    return {"method": "any", "number": 1, "dataDurability": "required", **sure}


def eager(instances: int) -> Spec:
    """Settings by which a replica that is left finds the next primary at once.

    Nothing is acknowledged before it has; by default it looks every five seconds.
    """
    return {"wal_retrieve_retry_interval": "200ms"} if instances > PAIR else {}


def database_of(owner: str, password: SecretKey) -> Spec:
    """The first database, named like its owner."""
    initdb = {
        "database": owner,
        "owner": owner,
        "secret": {"name": password.secret},
        "dataChecksums": True,
    }
    return {"bootstrap": {"initdb": initdb}}


def pooler_of(cluster: str, instances: int) -> Spec:
    """Two small PgBouncers before the primary, a transaction at a time; apart if nodes may go."""
    container = {"name": "pgbouncer", "resources": Resources(cpu="30m", memory="96Mi").spec}
    return {
        "cluster": {"name": cluster},
        "instances": 2,
        "type": "rw",
        "pgbouncer": {
            "image": versions.PGBOUNCER_IMAGE,
            "poolMode": "transaction",
            "parameters": {
                "max_client_conn": "400",
                "default_pool_size": "20",
                # Prepared statements survive transaction pooling.
                "max_prepared_statements": "200",
                # A failed-over server is found within a second, not within the default fifteen.
                "server_login_retry": "1" if instances == PAIR else "0.2",
                "server_connect_timeout": "3" if instances == PAIR else "1",
            },
        },
        "template": {
            "metadata": {"labels": PLATFORM},
            "spec": {"containers": [container], **(apart(cluster) if instances > PAIR else {})},
        },
    }


def apart(cluster: str) -> Spec:
    """Poolers on different nodes, as far as there are any."""
    rule = {
        "maxSkew": 1,
        "topologyKey": "kubernetes.io/hostname",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": {"cnpg.io/poolerName": f"{cluster}-pooler"}},
    }
    return {"topologySpreadConstraints": [rule]}


def names_of(service: str, namespace: Input[str]) -> list[Input[str]]:
    """Every name by which pods may call a service, for its certificate."""
    within = Output.format("{}.{}", service, namespace)
    zones = ("svc", "svc.cluster.local")
    return [service, within, *(Output.format("{}.{}", within, zone) for zone in zones)]
