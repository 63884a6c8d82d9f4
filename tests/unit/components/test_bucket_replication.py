import pulumi
import pytest

from components.archive_specs import Place
from components.bucket_door import BucketDoor, FarBucket
from components.bucket_replication import BucketReplication
from components.bucket_replication_specs import SCRIPT
from components.cloud_buckets import AzureContainer, GoogleBucket, S3Bucket
from components.object_store import ObjectStore
from components.secret_key import SecretKey
from components.secrets import Secrets
from components.shared_secrets import SharedSecrets
from tests.unit.engine import Deploy, Inputs, Made, secret_files
from tests.unit.verdict import verdict

HOME = "fraud"
AMAZON = S3Bucket(name="b", region="eu-central-1", role="arn:aws:iam::111122223333:role/b")
GOOGLE = GoogleBucket(name="b", account="b@project.iam.gserviceaccount.com")
AZURE = AzureContainer(name="b", storage_account="bulwark", client_id="0-1-2")


def replication(
    deploy: Deploy,
    *,
    every_seconds: int = 60,
    max_mib_per_second: int | None = None,
    readable: bool = True,
    shared: bool = True,
    source: Place | None = None,
    target: Place | None = None,
) -> Made:
    """From another region; both are one to the mock engine."""

    def program() -> None:
        secrets = Secrets("external-secrets", namespace=HOME)
        there = ObjectStore(
            "objects", namespace=HOME, secrets=secrets, buckets=["backups"], readable=readable
        )
        copies = ObjectStore("copies", namespace=HOME, secrets=secrets, buckets=["kept"])
        bucket = there.bucket("backups")
        door = BucketDoor("backups", namespace=HOME, bucket=bucket, address="10.77.0.2")
        reader = SharedSecrets("reader", namespace=HOME, secrets=secrets) if shared else None
        BucketReplication(
            "replication",
            namespace=HOME,
            source=source or door.bucket,
            target=target or copies.bucket("kept"),
            every_seconds=every_seconds,
            max_mib_per_second=max_mib_per_second,
            shared=reader,
        )

    return deploy(program)


def beside(deploy: Deploy) -> Made:
    """Between two buckets of one region, perhaps of one store."""

    def program() -> None:
        secrets = Secrets("external-secrets", namespace=HOME)
        here = ObjectStore("objects", namespace=HOME, secrets=secrets, buckets=["one", "two"])
        BucketReplication(
            "replication", namespace=HOME, source=here.bucket("one"), target=here.bucket("two")
        )

    return deploy(program)


def pod_of(made: Made) -> Inputs:
    pod: Inputs = made["Deployment", "replication"]["spec"]["template"]["spec"]
    return pod


def policies(made: Made) -> set[str]:
    return {name for kind, name in made if kind == "NetworkPolicy"}


def test_both_keys_are_files_and_appear_nowhere_else(deploy: Deploy) -> None:
    made = replication(deploy)

    pod = pod_of(made)
    assert secret_files(pod) == {
        "source": ("objects-backups", "credentials"),
        "copy": ("copies-kept", "credentials"),
    }
    (container,) = pod["containers"]
    assert {each["name"] for each in container["env"]} == {"HOME", "RCLONE_CONFIG"}
    assert not [name for name in ("secret_access_key", "access_key_id")
                if name in made["ConfigMap", "replication"]["data"]["rclone.conf"]]  # fmt: skip


def test_rclone_is_told_where_each_bucket_answers_and_which_file_opens_it(deploy: Deploy) -> None:
    told = replication(deploy)["ConfigMap", "replication"]["data"]["rclone.conf"]

    source, copy = told.split("\n\n")
    assert source.splitlines() == [
        "[source]",
        "type = s3",
        "provider = Other",
        "env_auth = true",
        "shared_credentials_file = /run/secrets/replication/source",
        "endpoint = http://10.77.0.2:30080",
        "region = us-east-1",
        "no_check_bucket = true",
    ]
    assert "endpoint = http://copies.fraud.svc:7070" in copy.splitlines()


def test_the_script_of_the_repository_is_what_runs(deploy: Deploy) -> None:
    made = replication(deploy, every_seconds=7, max_mib_per_second=20)

    assert made["ConfigMap", "replication"]["data"][SCRIPT.name] == SCRIPT.read_text()
    (container,) = pod_of(made)["containers"]
    assert container["command"][2:] == ["backups", "kept", "7", "20M"]


def test_it_reaches_the_door_of_the_one_store_the_other_store_and_nothing_else(
    deploy: Deploy,
) -> None:
    made = replication(deploy)

    own = {name for name in policies(made) if name.startswith("replication-")}
    assert own == {"replication-to-source", "replication-to-copies"}
    (rule,) = made["NetworkPolicy", "replication-to-source"]["spec"]["egress"]
    assert rule == {
        "to": [{"ipBlock": {"cidr": "10.77.0.2/32"}}],
        "ports": [{"protocol": "TCP", "port": 30080}],
    }


def test_between_two_buckets_of_one_store_one_path_is_enough(deploy: Deploy) -> None:
    own = {name for name in policies(beside(deploy)) if name.startswith("replication-")}

    assert own == {"replication-to-objects"}


def test_the_key_of_the_other_region_is_fetched_from_there(deploy: Deploy) -> None:
    made = replication(deploy)

    fetched = made["ExternalSecret", "objects-backups"]["spec"]
    assert fetched["secretStoreRef"] == {"kind": "SecretStore", "name": "reader"}


def test_the_door_leads_to_a_server_that_takes_no_writes(deploy: Deploy) -> None:
    made = replication(deploy)

    pod = made["StatefulSet", "objects"]["spec"]["template"]["spec"]
    _, readers = pod["initContainers"]
    port = int(readers["ports"][0]["containerPort"])
    assert f":{port} --readonly " in readers["command"][2]
    assert readers["restartPolicy"] == "Always"
    (opened,) = made["NetworkPolicy", "objects-from-everyone"]["spec"]["ingress"]
    assert opened == {"ports": [{"protocol": "TCP", "port": port}]}
    (served,) = made["Service", "backups-door"]["spec"]["ports"]
    assert served["port"] == port


def test_a_store_that_nobody_else_reads_has_one_server(deploy: Deploy) -> None:
    made = replication(deploy)

    assert len(made["StatefulSet", "copies"]["spec"]["template"]["spec"]["initContainers"]) == 1


def test_there_is_no_door_to_a_store_with_one_server(deploy: Deploy) -> None:
    with pytest.raises(pulumi.RunError, match="BucketDoor backups: nothing serves backups to"):
        replication(deploy, readable=False)


def test_its_figures_are_served_beside_it(deploy: Deploy) -> None:
    made = replication(deploy)

    pod = pod_of(made)
    (figures,) = pod["initContainers"]
    assert figures["restartPolicy"] == "Always"
    assert made["Service", "replication-metrics"]["spec"]["ports"][0]["port"] == 9100
    assert pod["automountServiceAccountToken"] is False


def test_one_that_hangs_is_started_anew_after_its_round_and_its_pause(deploy: Deploy) -> None:
    (container,) = pod_of(replication(deploy, every_seconds=100))["containers"]

    assert container["livenessProbe"]["exec"]["command"][2].endswith("-lt 2500")


@pytest.mark.parametrize(
    ("place", "itself"),
    [
        (AMAZON, "S3Bucket, .*S3 replicates its buckets itself, by an S3Replication"),
        (GOOGLE, "GoogleBucket, .*itself, for a bucket of two regions"),
        (AZURE, "AzureContainer, .*itself, by an object replication policy"),
    ],
)
def test_a_clouds_bucket_is_refused_with_who_copies_it(
    deploy: Deploy, place: Place, itself: str
) -> None:
    allowed = f"is a {itself.replace(', .*', ', allowed: a bucket of an ObjectStore; .*')}"
    with pytest.raises(pulumi.RunError, match=f"replication: source {allowed}"):
        replication(deploy, source=place)
    with pytest.raises(pulumi.RunError, match=f"replication: target {allowed}"):
        replication(deploy, target=place)


def test_nothing_is_copied_into_another_region(deploy: Deploy) -> None:
    far = FarBucket(
        name="backups",
        region="us-east-1",
        endpoint_url="http://10.77.0.2:30080",
        credentials=SecretKey("objects-backups", "credentials"),
        address="10.77.0.2",
        port=30080,
    )

    with pytest.raises(pulumi.RunError, match=r"target is a FarBucket, .*no copy can be written"):
        replication(deploy, target=far)  # type: ignore[arg-type]


def test_a_source_elsewhere_needs_what_fetches_its_key(deploy: Deploy) -> None:
    with pytest.raises(pulumi.RunError, match="in another region and shared is missing"):
        replication(deploy, shared=False)


def test_numbers_that_make_no_sense_are_refused(deploy: Deploy) -> None:
    with pytest.raises(pulumi.RunError, match="every_seconds is 0, allowed: 1 or more"):
        replication(deploy, every_seconds=0)
    with pytest.raises(pulumi.RunError, match="max_mib_per_second is 0, allowed: 1 or more"):
        replication(deploy, max_mib_per_second=0)


def test_the_policies_find_nothing_wrong_with_it(deploy: Deploy) -> None:
    about = ("replication", "objects", "copies", "backups")

    assert [each for each in verdict(replication(deploy)) if any(n in each for n in about)] == []
