"""S3's own replication between regions, as S3 is told of it."""

from dataclasses import dataclass

from pulumi import RunError

from components.cloud_buckets import S3Bucket
from components.component import Spec

MINUTES = 15
"""Within which S3 promises to have copied, where it is asked to; it offers no other number."""


@dataclass(frozen=True, kw_only=True)
class S3Replication:
    """A bucket that S3 itself copies into one of another region. Both must be versioned.

    Deletions are not taken over, nor are their markers: what is deleted in the source stays in the
    copy. A rule of the copy's own may let old versions go.
    """

    source: S3Bucket
    target: S3Bucket
    role: str
    """The ARN of the role by which S3 reads the source and writes the target."""

    def __post_init__(self) -> None:
        if self.source.region == self.target.region:
            raise RunError(
                f"S3Replication of {self.source.name}: both buckets are in {self.source.region},"
                " allowed: two regions"
            )

    @property
    def document(self) -> Spec:
        """A ReplicationConfiguration, as `aws s3api put-bucket-replication` takes it."""
        enabled, in_time = {"Status": "Enabled"}, {"Minutes": MINUTES}
        destination: Spec = {
            "Bucket": f"arn:aws:s3:::{self.target.name}",
            "ReplicationTime": {**enabled, "Time": in_time},
            # By these the console and CloudWatch tell how far behind the copy is.
            "Metrics": {**enabled, "EventThreshold": in_time},
        }
        rule: Spec = {
            "ID": f"{self.source.name}-to-{self.target.region}",
            **enabled,
            "Priority": 1,
            "Filter": {"Prefix": ""},
            "DeleteMarkerReplication": {"Status": "Disabled"},
            "Destination": destination,
        }
        if self.source.key:
            rule["SourceSelectionCriteria"] = {"SseKmsEncryptedObjects": enabled}
            destination["EncryptionConfiguration"] = {"ReplicaKmsKeyID": self._key_there}
        return {"Role": self.role, "Rules": [rule]}

    @property
    def _key_there(self) -> str:
        """A key is of one region, so the copy needs one of its own."""
        if not self.target.key:
            raise RunError(
                f"S3Replication of {self.source.name}: the source has a KMS key and the target"
                f" {self.target.name} has none; give it one of {self.target.region}"
            )
        return self.target.key
