"""What a second region is made of, part by part."""

from typing import NamedTuple

import pulumi
import pytest

from components.archive import Archive
from components.archive_specs import Place
from components.barman_plugin import BarmanPlugin
from components.cert_manager import CertManager
from components.cloud_buckets import S3Bucket
from components.fraud_service import FraudService
from components.lease import Lease, Witness
from components.object_store import ObjectStore
from components.postgres import Postgres
from components.postgres_door import PostgresDoor
from components.postgres_operator import PostgresOperator
from components.postgres_replica import PostgresReplica
from components.redis import Redis
from components.regions import Region, Regions
from components.restore import Restore
from components.secret_key import SecretKey
from components.secret_reader import SecretReader
from components.secrets import Secrets
from components.shared_secrets import SharedSecrets
from tests.unit.engine import Deploy, Inputs, Made

HOME = "fraud"
EAST = Region(name="east", address="10.77.0.2", port=30432)
WEST = Region(name="west", address="10.77.1.2", port=31432)
REGIONS = Regions(here=EAST, other=WEST)
IMAGE = "registry/bulwark/fraud:1@sha256:" + "0" * 64


def first(deploy: Deploy) -> Made:
    """The region that begins as the writer."""

    def program() -> None:
        Postgres(
            "ledger",
            namespace=HOME,
            operator=PostgresOperator("cloudnative-pg"),
            secrets=Secrets("external-secrets", namespace=HOME),
            regions=REGIONS,
        )

    return deploy(program)


def copied(
    operator: PostgresOperator, regions: Regions, archive: Archive | None = None
) -> PostgresReplica:
    """The copy; the mock engine knows names only, so the first one has another."""
    secrets = Secrets("external-secrets", namespace=HOME)
    return PostgresReplica(
        "copy",
        namespace=HOME,
        operator=operator,
        of=Postgres("ledger", namespace=HOME, operator=operator, secrets=secrets, regions=REGIONS),
        shared=SharedSecrets("reader", namespace=HOME, secrets=secrets),
        regions=regions,
        archive=archive,
    )


def second(deploy: Deploy) -> Made:
    """The region that begins as the copy."""
    return deploy(lambda: copied(PostgresOperator("cloudnative-pg"), REGIONS.there))


class Places(NamedTuple):
    """Where the first region's log is read, and where the copy sends its own."""

    read: Place
    own: Place


def stores() -> Places:
    secrets = Secrets("keys", namespace=HOME)
    copies = ObjectStore(
        "copies", namespace=HOME, secrets=secrets, buckets=["backups"], readable=True
    )
    objects = ObjectStore("objects", namespace=HOME, secrets=secrets, buckets=["own"])
    return Places(read=copies.bucket("backups").read_only, own=objects.bucket("own"))


def archived(deploy: Deploy, places: Places | None = None) -> Made:
    """The copy, with the other region's archive to read and one of its own; and it restored."""

    def program() -> None:
        operator = PostgresOperator("cloudnative-pg")
        plugin = BarmanPlugin("barman", operator=operator, certificates=CertManager("cert-manager"))
        read, own = places or stores()
        copies = Archive("copies", namespace=HOME, plugin=plugin, place=read, keep_days=None)
        archive = Archive("archive", namespace=HOME, plugin=plugin, place=own)
        copy = copied(operator, REGIONS.there.reading(copies), archive)
        Restore("copy-before", namespace=HOME, of=copy)

    return deploy(program)


def spec(made: Made, name: str) -> Inputs:
    found: Inputs = made["Cluster", name]["spec"]
    return found


def test_both_regions_name_the_same_two_databases(deploy: Deploy) -> None:
    there, here = spec(second(deploy), "copy"), spec(first(deploy), "ledger")

    assert [at["name"] for at in here["externalClusters"]] == ["east", "west"]
    assert [at["name"] for at in there["externalClusters"]] == ["west", "east"]
    assert here["replica"] == {"self": "east", "primary": "east", "source": "west"}
    assert there["replica"] == {"self": "west", "primary": "east", "source": "east"}


def test_the_other_region_is_verified_and_asked_with_a_certificate(deploy: Deploy) -> None:
    (_, west) = spec(first(deploy), "ledger")["externalClusters"]

    assert west["connectionParameters"]["sslmode"] == "verify-ca"
    assert west["connectionParameters"]["host"] == "10.77.1.2"
    assert west["connectionParameters"]["port"] == "31432"
    assert west["sslKey"] == {"name": "ledger-replication", "key": "tls.key"}


def test_a_copy_begins_with_all_that_the_other_one_has(deploy: Deploy) -> None:
    bootstrap = spec(second(deploy), "copy")["bootstrap"]

    assert bootstrap == {
        "pg_basebackup": {
            "source": "east",
            "database": "fraud",
            "owner": "fraud",
            "secret": {"name": "ledger-owner"},
        }
    }


def test_a_copy_reads_in_the_archive_what_the_stream_has_missed(deploy: Deploy) -> None:
    made = archived(deploy)

    west, east = spec(made, "copy")["externalClusters"]
    assert "plugin" not in west, "its own log is its own archive's"
    assert east["plugin"] == {
        "name": "barman-cloud.cloudnative-pg.io",
        "parameters": {"barmanObjectName": "copies", "serverName": "copy"},
    }
    # A stream that is asked in vain gives up in time for the archive to be asked.
    assert east["connectionParameters"]["connect_timeout"] == "5"
    ((way,),) = (
        rule["ports"]
        for rule in made["NetworkPolicy", "copy-inside-to-copies-readers"]["spec"]["egress"]
    )
    assert way["port"] == 7071


def test_a_copy_sends_its_log_to_a_folder_of_its_own_and_is_restored_from_there(
    deploy: Deploy,
) -> None:
    made = archived(deploy)

    (plugin,) = spec(made, "copy")["plugins"]
    assert plugin["parameters"] == {"barmanObjectName": "archive", "serverName": "copy-west"}
    (origin,) = spec(made, "copy-before")["externalClusters"]
    assert origin["plugin"]["parameters"] == plugin["parameters"]


def test_archives_that_want_two_identities_are_refused(deploy: Deploy) -> None:
    def at(role: str) -> Place:
        return S3Bucket(name="b", region="eu-central-1", role=f"arn:aws:iam::1:role/{role}")

    with pytest.raises(
        pulumi.RunError,
        match="Postgres copy: archive and copies are opened by different identities, allowed: one",
    ):
        archived(deploy, Places(read=at("reader"), own=at("writer")))


def test_a_copy_has_the_first_ones_authority_and_password(deploy: Deploy) -> None:
    made = second(deploy)

    certificates = spec(made, "copy")["certificates"]
    assert certificates["serverCASecret"] == certificates["clientCASecret"] == "ledger-ca"
    for name in ("ledger-ca", "ledger-owner"):
        fetched = made["ExternalSecret", name]["spec"]
        assert fetched["dataFrom"] == [{"extract": {"key": name}}]
        assert fetched["target"]["deletionPolicy"] == "Retain"
    assert ("ExternalSecret", "copy-owner") not in made


def test_a_database_without_another_region_is_as_it_was(deploy: Deploy) -> None:
    def program() -> None:
        secrets = Secrets("external-secrets", namespace=HOME)
        Postgres("ledger", namespace=HOME, operator=PostgresOperator("op"), secrets=secrets)

    alone = spec(deploy(program), "ledger")

    assert not {"replica", "externalClusters"} & alone.keys()
    assert alone["certificates"].keys() == {"serverAltDNSNames"}


def test_the_instances_may_leave_for_the_other_regions_door_and_no_other(deploy: Deploy) -> None:
    (rule,) = first(deploy)["NetworkPolicy", "ledger-inside-to-west"]["spec"]["egress"]

    assert rule == {
        "to": [{"ipBlock": {"cidr": "10.77.1.2/32"}}],
        "ports": [{"protocol": "TCP", "port": 31432}],
    }


def test_the_door_leads_to_whoever_is_primary(deploy: Deploy) -> None:
    doors: list[PostgresDoor] = []
    made = deploy(
        lambda: doors.append(
            PostgresDoor("ledger", namespace=HOME, region="east", address="10.77.0.2")
        )
    )

    assert made["Service", "ledger-door"]["spec"]["selector"] == {
        "cnpg.io/cluster": "ledger",
        "cnpg.io/instanceRole": "primary",
    }
    assert doors[0].region.name == "east"


def test_the_reader_gets_the_secrets_that_are_named_and_can_list_none(deploy: Deploy) -> None:
    keys = [SecretKey("b", "password"), SecretKey("a", "x"), SecretKey("a", "y")]
    made = deploy(lambda: SecretReader("reader", namespace=HOME, secrets=keys))

    (rule,) = made["Role", "reader"]["rules"]
    assert rule["resourceNames"] == ["a", "b"]
    assert rule["verbs"] == ["get"]
    assert made["ServiceAccount", "reader"]["automountServiceAccountToken"] is False


def service(deploy: Deploy, *, api_key: SecretKey | None = None) -> Made:
    def program() -> None:
        secrets = Secrets("external-secrets", namespace=HOME)
        witness = Witness(address="10.76.1.2", port=2379, authority="its certificate")
        FraudService(
            "scoring",
            namespace=HOME,
            image=IMAGE,
            ledger=Postgres(
                "ledger", namespace=HOME, operator=PostgresOperator("op"), secrets=secrets
            ),
            cache=Redis("features", namespace=HOME, secrets=secrets),
            secrets=secrets,
            address="10.77.0.2",
            api_key=api_key,
            lease=Lease("lease", namespace=HOME, secrets=secrets, witness=witness, region="east"),
        )

    return deploy(program)


def test_the_api_knows_the_witness_and_its_password_is_a_file(deploy: Deploy) -> None:
    made = service(deploy)

    pod = made["Deployment", "scoring"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    told = {each["name"]: each["value"] for each in container["env"]}
    assert told["FRAUD_LEASE_URL"] == "https://10.76.1.2:2379"
    assert told["FRAUD_LEASE_REGION"] == "east"
    assert not [name for name in told if "PASSWORD" in name]
    (files,) = (each for each in pod["volumes"] if each["name"] == "secrets")
    paths = {item["path"] for at in files["projected"]["sources"] for item in at["secret"]["items"]}
    assert "fraud_lease_password" in paths
    assert made["NetworkPolicy", "scoring-to-witness"]["spec"]["egress"][0]["ports"] == [
        {"protocol": "TCP", "port": 2379}
    ]


def test_jobs_have_nothing_to_do_with_the_lease(deploy: Deploy) -> None:
    pod = service(deploy)["Job", "scoring-migrate"]["spec"]["template"]["spec"]

    (container,) = pod["containers"]
    assert not [each for each in container["env"] if "LEASE" in each["name"]]
    assert "witness" not in {each["name"] for each in pod["volumes"]}


def test_a_service_takes_the_key_of_the_other_regions(deploy: Deploy) -> None:
    made = service(deploy, api_key=SecretKey("theirs", "password"))

    assert ("ExternalSecret", "scoring-api-key") not in made
