from dataclasses import replace

import pulumi
import pytest

from components.cloud_buckets import S3Bucket
from components.s3_replication import S3Replication

ROLE = "arn:aws:iam::111122223333:role/replication"
HERE = S3Bucket(name="ledger", region="eu-central-1", role="arn:aws:iam::111122223333:role/ledger")
THERE = replace(HERE, name="ledger-copy", region="eu-west-1")


def test_a_deletion_is_not_taken_over() -> None:
    (rule,) = S3Replication(source=HERE, target=THERE, role=ROLE).document["Rules"]

    assert rule["DeleteMarkerReplication"] == {"Status": "Disabled"}
    assert rule["Status"] == "Enabled"


def test_all_objects_go_to_the_other_bucket_within_a_time_that_is_measured() -> None:
    told = S3Replication(source=HERE, target=THERE, role=ROLE).document

    assert told["Role"] == ROLE
    (rule,) = told["Rules"]
    assert rule["Filter"] == {"Prefix": ""}
    assert rule["Destination"] == {
        "Bucket": "arn:aws:s3:::ledger-copy",
        "ReplicationTime": {"Status": "Enabled", "Time": {"Minutes": 15}},
        "Metrics": {"Status": "Enabled", "EventThreshold": {"Minutes": 15}},
    }


def test_encrypted_objects_are_encrypted_there_with_a_key_of_that_region() -> None:
    pair = S3Replication(
        source=replace(HERE, key="here"), target=replace(THERE, key="there"), role=ROLE
    )

    (rule,) = pair.document["Rules"]
    assert rule["SourceSelectionCriteria"] == {"SseKmsEncryptedObjects": {"Status": "Enabled"}}
    assert rule["Destination"]["EncryptionConfiguration"] == {"ReplicaKmsKeyID": "there"}


def test_an_encrypted_source_needs_a_key_there() -> None:
    pair = S3Replication(source=replace(HERE, key="here"), target=THERE, role=ROLE)

    with pytest.raises(pulumi.RunError, match="ledger-copy has none; give it one of eu-west-1"):
        _ = pair.document


def test_a_copy_in_the_same_region_is_refused() -> None:
    with pytest.raises(pulumi.RunError, match="both buckets are in eu-central-1, allowed: two"):
        S3Replication(source=HERE, target=replace(THERE, region=HERE.region), role=ROLE)
