from collections.abc import Callable

import pulumi
import pytest

from components.archive import Archive
from components.archive_specs import Place
from components.barman_plugin import BarmanPlugin
from components.cert_manager import CertManager
from components.cloud_buckets import AzureContainer, GoogleBucket, S3Bucket
from components.object_store import ObjectStore
from components.postgres import Postgres
from components.postgres_operator import PostgresOperator
from components.secrets import Secrets
from tests.unit.engine import Deploy, Inputs, Made

HOME = "fraud"
ROLE = "arn:aws:iam::111122223333:role/ledger"
AMAZON = S3Bucket(name="ledger", region="eu-central-1", role=ROLE)
GOOGLE = GoogleBucket(name="ledger", account="ledger@project.iam.gserviceaccount.com")
AZURE = AzureContainer(name="ledger", storage_account="bulwark", client_id="0-1-2")


def bucket() -> Place:
    secrets = Secrets("secrets", namespace=HOME)
    store = ObjectStore("objects", namespace=HOME, secrets=secrets, buckets=["backups"])
    return store.bucket("backups")


def archive(
    deploy: Deploy,
    place: Callable[[], Place] = bucket,
    keep_days: int | None = 7,
    megabytes_per_second: int | None = 2,
) -> Made:
    def program() -> None:
        operator = PostgresOperator("cloudnative-pg")
        plugin = BarmanPlugin(
            "plugin-barman-cloud", operator=operator, certificates=CertManager("cert-manager")
        )
        made = Archive(
            "archive",
            namespace=HOME,
            plugin=plugin,
            place=place(),
            keep_days=keep_days,
            megabytes_per_second=megabytes_per_second,
        )
        Postgres(
            "ledger",
            namespace=HOME,
            operator=operator,
            secrets=Secrets("external-secrets", namespace=HOME),
            archive=made,
        )

    return deploy(program)


def spec(made: Made) -> Inputs:
    found: Inputs = made["ObjectStore", "archive"]["spec"]
    return found


def test_the_log_and_the_backups_lie_compressed_in_the_bucket_for_so_many_days(
    deploy: Deploy,
) -> None:
    told = spec(archive(deploy, keep_days=30))

    assert told["retentionPolicy"] == "30d"
    assert told["configuration"]["destinationPath"] == "s3://backups/"
    assert told["configuration"]["endpointURL"] == "http://objects.fraud.svc:7070"
    for files in ("wal", "data"):
        assert told["configuration"][files]["compression"] == "snappy"


def test_a_base_backup_is_sent_in_small_parts_and_no_faster_than_told(deploy: Deploy) -> None:
    told = spec(archive(deploy, megabytes_per_second=40))["configuration"]

    assert told["data"]["jobs"] == 1
    assert told["data"]["additionalCommandArgs"] == [
        "--max-bandwidth=40MB",
        "--max-archive-size=20GB",
    ]
    assert "additionalCommandArgs" not in told["wal"]


def test_without_a_pace_it_is_as_fast_as_can_be(deploy: Deploy) -> None:
    told = spec(archive(deploy, megabytes_per_second=None))["configuration"]

    assert told["data"]["jobs"] == 2
    assert "additionalCommandArgs" not in told["data"]


def test_the_key_is_a_reference_to_the_buckets_own_secret(deploy: Deploy) -> None:
    made = archive(deploy)

    assert spec(made)["configuration"]["s3Credentials"] == {
        "accessKeyId": {"name": "objects-backups", "key": "key-id"},
        "secretAccessKey": {"name": "objects-backups", "key": "password"},
    }
    data = made["ExternalSecret", "objects-backups"]["spec"]["target"]["template"]["data"]
    assert data["key-id"] == "backups"


def test_a_postgres_that_is_passed_it_sends_its_log_there(deploy: Deploy) -> None:
    made = archive(deploy)

    assert made["Cluster", "ledger"]["spec"]["plugins"] == [
        {
            "name": "barman-cloud.cloudnative-pg.io",
            "isWALArchiver": True,
            "parameters": {"barmanObjectName": "archive"},
        }
    ]
    assert "serviceAccountTemplate" not in made["Cluster", "ledger"]["spec"]
    assert ("NetworkPolicy", "ledger-inside-to-objects") in made


def test_the_plugin_may_hand_on_this_secret_and_no_other(deploy: Deploy) -> None:
    made = archive(deploy)

    (rule,) = (
        rule for rule in made["Role", "archive-barman"]["rules"] if "secrets" in rule["resources"]
    )
    assert rule["resourceNames"] == ["objects-backups"]
    assert made["Role", "archive-barman"]["metadata"]["namespace"] == HOME
    (subject,) = made["RoleBinding", "archive-barman"]["subjects"]
    assert (subject["name"], subject["namespace"]) == ("plugin-barman-cloud", "cnpg-system")


def test_what_is_restored_by_hand_finds_its_ways_open(deploy: Deploy) -> None:
    made = archive(deploy)

    ways = {name for kind, name in made if kind == "NetworkPolicy" and name.startswith("archive")}
    assert {
        "archive-restoring-to-objects",
        "archive-restoring-to-api-server",
        "archive-restored-to-objects",
        "archive-restored-to-api-server",
        "archive-restored-from-cloudnative-pg",
    } <= ways


@pytest.mark.parametrize(
    ("place", "told", "identity"),
    [
        (
            AMAZON,
            {
                "destinationPath": "s3://ledger/",
                "s3Credentials": {"inheritFromIAMRole": True},
            },
            {"eks.amazonaws.com/role-arn": ROLE},
        ),
        (
            GOOGLE,
            {"destinationPath": "gs://ledger/", "googleCredentials": {"gkeEnvironment": True}},
            {"iam.gke.io/gcp-service-account": GOOGLE.account},
        ),
        (
            AZURE,
            {
                "destinationPath": "https://bulwark.blob.core.windows.net/ledger/",
                "azureCredentials": {"inheritFromAzureAD": True},
            },
            {"azure.workload.identity/client-id": "0-1-2"},
        ),
    ],
    ids=["amazon", "google", "azure"],
)
def test_in_a_cloud_the_database_is_known_by_its_account_and_holds_no_key(
    deploy: Deploy, place: Place, told: Inputs, identity: dict[str, str]
) -> None:
    made = archive(deploy, lambda: place)

    configuration = spec(made)["configuration"]
    assert {key: configuration[key] for key in configuration.keys() - {"wal", "data"}} == told
    account = made["Cluster", "ledger"]["spec"]["serviceAccountTemplate"]
    assert account == {"metadata": {"annotations": identity}}
    assert ("NetworkPolicy", "ledger-inside-to-objects") not in made


@pytest.mark.parametrize(("key", "asked"), [("", "AES256"), ("key-1", "aws:kms")])
def test_amazons_store_is_asked_to_encrypt(deploy: Deploy, key: str, asked: str) -> None:
    place = S3Bucket(name="ledger", region="eu-central-1", role=ROLE, key=key)

    configuration = spec(archive(deploy, lambda: place))["configuration"]

    assert {configuration[files]["encryption"] for files in ("wal", "data")} == {asked}


def test_keeping_for_less_than_a_day_is_refused(deploy: Deploy) -> None:
    with pytest.raises(pulumi.RunError, match="Archive archive: keep_days is 0, allowed: 1"):
        archive(deploy, keep_days=0)


def test_a_pace_of_nothing_is_refused(deploy: Deploy) -> None:
    with pytest.raises(pulumi.RunError, match="megabytes_per_second is 0, allowed: 1 or more"):
        archive(deploy, megabytes_per_second=0)


def test_an_archive_for_reading_is_sent_nothing(deploy: Deploy) -> None:
    with pytest.raises(
        pulumi.RunError, match="Archive archive: it is for reading, and ledger would send its log"
    ):
        archive(deploy, keep_days=None)
