"""Places for backups in the three large clouds, each opened by the pods' own identity: no keys."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class S3Bucket:
    """A bucket of Amazon's S3, opened by an IAM role that trusts the database's service account."""

    name: str
    region: str
    role: str
    """The role's ARN."""
    key: str = ""
    """The KMS key's id; without one, S3 encrypts with its own."""


@dataclass(frozen=True, kw_only=True)
class GoogleBucket:
    """A bucket of Google Cloud Storage, opened by GKE's workload identity. Encrypted by Google."""

    name: str
    account: str
    """The Google service account's e-mail address."""


@dataclass(frozen=True, kw_only=True)
class AzureContainer:
    """A container of Azure Blob Storage, opened by a managed identity. Encrypted by Azure."""

    name: str
    storage_account: str
    client_id: str
    """The managed identity's."""


BY_ITSELF = {
    S3Bucket: "S3 replicates its buckets itself, by an S3Replication",
    GoogleBucket: "Google Cloud Storage does it itself, for a bucket of two regions",
    AzureContainer: "Azure does it itself, by an object replication policy",
}
"""Why no part of ours copies such a bucket to another region."""
