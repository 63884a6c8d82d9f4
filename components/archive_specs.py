"""What the Barman Cloud plugin is told of a place: in its words, for each kind there is."""

from dataclasses import dataclass, field

from pulumi import Input

from components.cloud_buckets import AzureContainer, GoogleBucket, S3Bucket
from components.component import Spec
from components.network import Endpoint
from components.object_store import Bucket
from components.pods import Resources
from components.secret_key import SecretKey

API = "barmancloud.cnpg.io/v1"
PLUGIN = "barman-cloud.cloudnative-pg.io"
"""How databases and backups name the plugin."""

MAX_ARCHIVE_SIZE = "20GB"
"""The largest file of a base backup that is paced.

Barman sends it in parts of a five-thousandth, but of 5 MB at least, and waits between them. Of its
usual 100 GB they are 20 MB: each makes a disk that others wait for busy four times as long.
"""

Place = Bucket | S3Bucket | GoogleBucket | AzureContainer
"""Where backups can go."""


@dataclass(frozen=True, kw_only=True)
class Access:
    """How a database's pods come to a place."""

    store: Spec
    """The plugin's configuration of it, but for how the files are made."""
    encryption: str = ""
    """What the store is asked to encrypt with, if it does not do so by itself."""
    annotations: dict[str, Input[str]] = field(default_factory=dict)
    """The service account's, by which a cloud knows who asks."""
    env: dict[str, str] = field(default_factory=dict)
    keys: tuple[SecretKey, ...] = ()
    """Which values of one secret they read."""
    door: Endpoint | None = None
    """What their network path leads to; without one, the place is outside the cluster."""

    @property
    def secrets(self) -> list[str]:
        """The names of what they read."""
        return sorted({key.secret for key in self.keys})


def access(place: Place) -> Access:
    """The way to a place."""
    match place:
        case Bucket():
            return Access(
                store={
                    "destinationPath": f"s3://{place.name}/",
                    "endpointURL": place.endpoint_url,
                    "s3Credentials": {
                        "accessKeyId": _selector(place.key_id),
                        "secretAccessKey": _selector(place.key),
                    },
                },
                env={"AWS_DEFAULT_REGION": place.region},
                keys=(place.key_id, place.key),
                door=place.door,
            )
        case S3Bucket():
            return Access(
                store={
                    "destinationPath": f"s3://{place.name}/",
                    "s3Credentials": {"inheritFromIAMRole": True},
                },
                encryption="aws:kms" if place.key else "AES256",
                annotations={"eks.amazonaws.com/role-arn": place.role},
                env={"AWS_DEFAULT_REGION": place.region},
            )
        case GoogleBucket():
            return Access(
                store={
                    "destinationPath": f"gs://{place.name}/",
                    "googleCredentials": {"gkeEnvironment": True},
                },
                annotations={"iam.gke.io/gcp-service-account": place.account},
            )
        case AzureContainer():
            blobs = f"https://{place.storage_account}.blob.core.windows.net"
            return Access(
                store={
                    "destinationPath": f"{blobs}/{place.name}/",
                    "azureCredentials": {"inheritFromAzureAD": True},
                },
                annotations={"azure.workload.identity/client-id": place.client_id},
            )


def store_of(
    way: Access,
    *,
    memory: str,
    keep_days: int | None = None,
    megabytes_per_second: int | None = None,
) -> Spec:
    """The plugin's ObjectStore: how files are made, how long they stay, what the sidecar needs.

    Without `keep_days` it is for reading.
    """
    kept = {"retentionPolicy": f"{keep_days}d"} if keep_days else {}
    encrypted = {"encryption": way.encryption} if way.encryption else {}
    # Snappy's frames carry checksums: a damaged file does not unpack.
    made = {"compression": "snappy", **encrypted}
    return {
        **kept,
        "configuration": {
            **way.store,
            "wal": {**made, "maxParallel": 2},
            # The checkpoint that begins a backup is a standby's: nobody waits for that disk.
            "data": {**made, "immediateCheckpoint": True, **_pace(megabytes_per_second)},
        },
        "instanceSidecarConfiguration": {
            "resources": Resources(cpu="30m", memory=memory).spec,
            "env": [{"name": name, "value": value} for name, value in way.env.items()],
            "retentionPolicyIntervalSeconds": 1800,
        },
    }


def plugin_of(archive: str, *, server: str) -> Spec:
    """What is told of another database: where `server` sends its log and its backups."""
    return {"name": PLUGIN, "parameters": {"barmanObjectName": archive, "serverName": server}}


def _pace(megabytes_per_second: int | None) -> Spec:
    """How fast a base backup is sent: as fast as two can, or no faster than this."""
    if megabytes_per_second is None:
        return {"jobs": 2}
    limits = [f"--max-bandwidth={megabytes_per_second}MB", f"--max-archive-size={MAX_ARCHIVE_SIZE}"]
    return {"jobs": 1, "additionalCommandArgs": limits}


def _selector(key: SecretKey) -> Spec:
    return {"name": key.secret, "key": key.key}
