"""The same program with a second region in its settings."""

from dataclasses import replace

import pulumi
import pytest

from stacks.settings import Settings
from tests.unit.engine import Deploy
from tests.unit.stacks.program import platform
from tests.unit.verdict import verdict

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
    assert told["endpointURL"] == "http://copies.fraud.svc:7070"
    assert told["s3Credentials"]["accessKeyId"] == {"name": "copies-backups", "key": "key-id"}


def test_without_backups_there_is_nothing_to_copy(deploy: Deploy, env: Settings) -> None:
    made = platform(deploy, replace(env, parts="standby,mlops", trainer_image="trainer:1"))

    assert ("Deployment", "replication") not in made
    pod = made.within["primary"]["StatefulSet", "objects"]["spec"]["template"]["spec"]
    assert len(pod["initContainers"]) == 1, "nor a server for readers"


def test_with_backups_the_second_region_follows_the_policies_too(
    deploy: Deploy, env: Settings
) -> None:
    alone = platform(deploy, ALONE)
    both = platform(deploy, replace(env, parts="standby,backups"))

    assert verdict(both.within["primary"]) == []
    assert verdict(both.within["standby"]) == verdict(alone)
