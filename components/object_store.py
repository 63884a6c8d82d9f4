from collections.abc import Sequence
from dataclasses import dataclass, replace

from pulumi import Input, Output, ResourceOptions, RunError
from pulumi_kubernetes.apps.v1 import StatefulSet
from pulumi_kubernetes.core.v1 import Service

from components.component import Component
from components.generated_secret import GeneratedSecret
from components.network import Endpoint
from components.object_store_pods import PORT, READING_PORT, account, pod_of, ports
from components.secret_key import SecretKey
from components.secrets import Secrets
from components.stateful import single

REGION = "us-east-1"


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """One bucket as its only client finds it, wherever its store is."""

    name: str
    region: str
    endpoint_url: Input[str]
    """Where the S3 API answers."""
    credentials: SecretKey
    """Where a pod finds the credentials, as the file that every AWS SDK reads."""
    key_id: SecretKey
    """Where an operator that reads no such file finds the account."""
    key: SecretKey
    """And its secret key."""
    door: Endpoint
    """What the client's network path leads to."""
    readers: Endpoint | None
    """Where nothing can be written: what a path from another region leads to."""
    readers_url: Input[str]
    """Where they ask, if there are any."""

    @property
    def read_only(self) -> "Bucket":
        """The same, where nothing can be written, whatever key one has."""
        if self.readers is None:
            raise RunError(
                f"bucket {self.name}: nothing serves it to readers alone; make its ObjectStore"
                " readable"
            )
        door = replace(self.readers, name=f"{self.readers.name}-readers")
        return replace(self, endpoint_url=self.readers_url, door=door)


class ObjectStore(Component):
    """An S3 server over one volume (versitygw), with a key for each bucket that opens no other.

    There is no administrator: buckets are made before the server starts, by an account that ends
    with that. Deliberately without replicas: a store that must outlive its node is a cloud's.
    """

    def __init__(
        self,
        name: str,
        *,
        namespace: Input[str],
        secrets: Secrets,
        buckets: Sequence[str],
        memory: str = "192Mi",
        storage: str = "5Gi",
        readable: bool = False,
        opts: ResourceOptions | None = None,
    ) -> None:
        """Each bucket's owner has its name. A bucket that is no longer named stays on the disk.

        If `readable`, a second server only reads: for a BucketDoor, or for who needs no more here.
        """
        for bucket in buckets:
            if not is_bucket_name(bucket):
                raise RunError(f"ObjectStore {name}: bucket {bucket!r}, allowed: {ALLOWED}")
        super().__init__(name, namespace, opts)
        door = Endpoint(name=name, namespace=namespace, labels=self.labels, ports=(PORT,))
        readers = replace(door, ports=(READING_PORT,)) if readable else None

        owners = {
            bucket: GeneratedSecret(
                f"{name}-{bucket}",
                namespace=namespace,
                secrets=secrets,
                files={
                    CREDENTIALS: credentials(bucket),
                    ACCOUNT: account(bucket),
                    KEY_ID: bucket,
                },
                opts=self.child,
            )
            for bucket in buckets
        }
        service = Service(
            name,
            metadata=self.named(name),
            spec={"selector": self.labels, "ports": ports(readable=readable)},
            opts=self.child,
        )
        accounts = {
            bucket: SecretKey(owner.password.secret, ACCOUNT) for bucket, owner in owners.items()
        }
        pod = pod_of(self.labels, accounts, memory, readable=readable)
        StatefulSet(
            name,
            metadata=self.named(name),
            spec=single(name, self.labels, pod, storage=storage),
            opts=self.child_after(*owners.values()),
        )

        host = Output.format("http://{}.{}.svc", service.metadata.name, namespace)
        url = Output.format("{}:{}", host, PORT)
        self._buckets = {
            bucket: Bucket(
                name=bucket,
                region=REGION,
                endpoint_url=url,
                credentials=SecretKey(owner.password.secret, CREDENTIALS),
                key_id=SecretKey(owner.password.secret, KEY_ID),
                key=owner.password,
                door=door,
                readers=readers,
                readers_url=Output.format("{}:{}", host, READING_PORT),
            )
            for bucket, owner in owners.items()
        }
        self.register_outputs({"url": url})

    def bucket(self, name: str) -> Bucket:
        """One of its buckets, to be passed to the part that is its client."""
        if name not in self._buckets:
            known = ", ".join(self._buckets)
            raise RunError(f"ObjectStore has no bucket {name!r}, allowed: {known}")
        return self._buckets[name]


CREDENTIALS = "credentials"
ACCOUNT = "account.json"
KEY_ID = "key-id"
ALLOWED = "3 to 40 lower-case letters, digits and hyphens, a letter first"
LENGTHS = range(3, 41)


def is_bucket_name(text: str) -> bool:
    """Whether S3, Kubernetes and a shell all take a name as it is."""
    plain = text.replace("-", "").isalnum() and text.isascii() and text == text.lower()
    return len(text) in LENGTHS and plain and text[0].isalpha() and text[-1] != "-"


def credentials(owner: str) -> str:
    """The shared credentials file of the AWS SDKs; the password is filled in in the cluster."""
    return f"""\
[default]
aws_access_key_id = {owner}
aws_secret_access_key = {{{{ .password }}}}
"""
