"""The same program with a second region in its settings."""

from dataclasses import replace

import pulumi
import pytest

from stacks.settings import Settings
from tests.unit.engine import Deploy
from tests.unit.stacks.program import platform
from tests.unit.verdict import verdict

BOTH = ("primary", "standby")
ALONE = Settings(kubeconfig="/east", address="10.77.0.2", image="registry/fraud:1")


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    authority = tmp_path_factory.mktemp("witness") / "ca.crt"
    authority.write_text("its certificate")
    return replace(
        ALONE,
        parts="standby",
        region="east",
        standby="west",
        standby_kubeconfig="/west",
        standby_address="10.77.1.2",
        witness="10.76.1.2",
        witness_authority=str(authority),
    )


def test_the_second_region_is_in_the_second_cluster(deploy: Deploy, env: Settings) -> None:
    made = platform(deploy, env)

    first, second = made.within["primary"], made.within["standby"]
    both = {("Cluster", "ledger"), ("StatefulSet", "features"), ("Job", "scoring-migrate")}
    reader = {("Role", "primary-reader"), ("ServiceAccount", "primary-reader")}
    assert both <= first.keys() & second.keys()
    assert reader <= first.keys() - second.keys()
    assert made["kubernetes", "standby"]["kubeconfig"] == "/west"


def test_the_reader_may_read_what_both_must_know_and_no_more(deploy: Deploy, env: Settings) -> None:
    (rule,) = platform(deploy, env)["Role", "primary-reader"]["rules"]

    assert rule["resourceNames"] == ["ledger-ca", "ledger-owner", "scoring-api-key"]


def test_no_secret_value_is_declared_for_it(deploy: Deploy, env: Settings) -> None:
    made = platform(deploy, env)

    assert not [key for key in made if key[0] == "Secret"]


def test_the_second_region_follows_the_policies_as_the_first_does(
    deploy: Deploy, env: Settings
) -> None:
    alone, both = platform(deploy, ALONE), platform(deploy, env)

    assert verdict(both.within["primary"]) == verdict(alone)
    assert verdict(both.within["standby"]) == verdict(alone)


def test_a_witness_that_was_not_started_is_named_with_the_remedy(
    deploy: Deploy, env: Settings
) -> None:
    with pytest.raises(pulumi.RunError, match="`python -m local edge` makes it"):
        platform(deploy, replace(env, witness_authority="/nowhere"))


def test_with_backups_the_second_region_keeps_a_copy_of_them(deploy: Deploy, env: Settings) -> None:
    made = platform(deploy, replace(env, parts="standby,backups"))

    first, second = made.within["primary"], made.within["standby"]
    assert {("StatefulSet", "objects"), ("Service", "backups-door")} <= first.keys()
    assert {("StatefulSet", "copies"), ("Deployment", "replication")} <= second.keys()
    (rule,) = first["Role", "primary-reader"]["rules"]
    assert "objects-backups" in rule["resourceNames"]
    # Which the first region makes, and the second one fetches.
    assert "generatorRef" in str(first["ExternalSecret", "objects-backups"]["spec"]["dataFrom"])
    fetched = second["ExternalSecret", "objects-backups"]["spec"]
    assert fetched["secretStoreRef"]["name"] == "primary-reader"


def test_the_copy_can_be_restored_where_it_is(deploy: Deploy, env: Settings) -> None:
    made = platform(deploy, replace(env, parts="standby,backups"))

    told = made.within["standby"]["ObjectStore", "copies"]["spec"]["configuration"]
    assert told["endpointURL"] == "http://copies.fraud.svc:7071", "where nothing can be written"
    assert told["s3Credentials"]["accessKeyId"] == {"name": "copies-backups", "key": "key-id"}
    assert "retentionPolicy" not in made.within["standby"]["ObjectStore", "copies"]["spec"]


def test_what_the_stream_cannot_give_any_more_the_second_region_reads_in_the_copy(
    deploy: Deploy, env: Settings
) -> None:
    made = platform(deploy, replace(env, parts="standby,backups"))

    first, second = (made.within[each]["Cluster", "ledger"]["spec"] for each in BOTH)
    _, east = second["externalClusters"]
    assert east["name"] == second["replica"]["source"] == "east"
    assert east["plugin"]["parameters"] == {"barmanObjectName": "copies", "serverName": "ledger"}
    assert east["connectionParameters"]["host"] == "10.77.0.2", "the stream, as before"
    assert not [each for each in first["externalClusters"] if "plugin" in each]


def test_its_own_log_and_backups_lie_apart_from_the_copy(deploy: Deploy, env: Settings) -> None:
    made = platform(deploy, replace(env, parts="standby,backups", backup_keep_days=9))

    second = made.within["standby"]
    (plugin,) = second["Cluster", "ledger"]["spec"]["plugins"]
    assert plugin["isWALArchiver"] is True
    assert plugin["parameters"] == {"barmanObjectName": "archive", "serverName": "ledger-west"}
    own = second["ObjectStore", "archive"]["spec"]
    assert own["retentionPolicy"] == "9d"
    assert own["configuration"]["destinationPath"] == "s3://standby-backups/"
    assert own["configuration"]["endpointURL"] == "http://objects.fraud.svc:7070"
    schedule = second["ScheduledBackup", "nightly"]["spec"]
    assert (schedule["cluster"], schedule["immediate"]) == ({"name": "ledger"}, True)


def test_whoever_follows_has_a_way_to_read_the_copy_and_none_to_change_it(
    deploy: Deploy, env: Settings
) -> None:
    second = platform(deploy, replace(env, parts="standby,backups")).within["standby"]

    entries = {
        name: port["port"]
        for (kind, name), made in second.items()
        if kind == "NetworkPolicy" and "copies" in str(made["spec"]["podSelector"])
        for rule in made["spec"].get("ingress", ())
        for port in rule["ports"]
    }
    writers = {name for name, port in entries.items() if port == 7070}
    assert writers == {"copies-from-replication"}
    assert entries["copies-readers-from-ledger-inside"] == 7071


def test_without_backups_the_second_region_only_streams(deploy: Deploy, env: Settings) -> None:
    made = platform(deploy, env)

    for each in BOTH:
        spec = made.within[each]["Cluster", "ledger"]["spec"]
        assert "plugins" not in spec
        assert not [it for it in spec["externalClusters"] if "plugin" in it]
        assert "connect_timeout" not in str(spec["externalClusters"])


def test_without_backups_there_is_nothing_to_copy(deploy: Deploy, env: Settings) -> None:
    made = platform(deploy, replace(env, parts="standby,mlops", trainer_image="trainer:1"))

    assert ("Deployment", "replication") not in made
    pod = made.within["primary"]["StatefulSet", "objects"]["spec"]["template"]["spec"]
    assert len(pod["initContainers"]) == 1, "nor a server for readers"


def test_with_backups_the_second_region_follows_the_policies_too(
    deploy: Deploy, env: Settings
) -> None:
    both = platform(deploy, replace(env, parts="standby,backups"))

    assert verdict(both.within["primary"]) == []
    assert verdict(both.within["standby"]) == []
