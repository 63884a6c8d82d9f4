import json
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime import set_all_config

from components.training import Schedules
from stacks import settings
from stacks.settings import Settings, built_image

LEAST = {"kubeconfig": "/cluster/kubeconfig", "address": "10.0.0.1", "image": "fraud:1"}


def load(given: Any) -> Settings:
    set_all_config({f"{pulumi.get_project()}:settings": json.dumps(given)})
    return Settings.load()


def test_an_environment_sets_what_it_must_and_keeps_the_rest() -> None:
    env = load({**LEAST, "postgres_instances": 3})

    assert (env.kubeconfig, env.image) == ("/cluster/kubeconfig", "fraud:1")
    assert env.postgres_instances == 3
    assert env.api_replicas == 2
    assert env.manifests is None


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({**LEAST, "postgres_instanses": 3}, r"settings\.postgres_instanses is unknown, allowed: "),
        ({**LEAST, "api_replicas": "2"}, r"api_replicas is '2' \(text\), allowed: a whole number"),
        ({**LEAST, "api_replicas": True}, r"api_replicas is True \(true or false\), allowed: a "),
        ({**LEAST, "context": 7}, r"context is 7 \(a whole number\), allowed: text or nothing"),
        ({"kubeconfig": "k", "image": "i"}, r"address is missing; add it to Pulumi\..+\.yaml"),
        (["x"], r"settings is \['x'\] \(list\), allowed: keys and values"),
    ],
)
def test_a_wrong_setting_stops_the_program_with_one_line(given: Any, complaint: str) -> None:
    with pytest.raises(pulumi.RunError, match=complaint) as stopped:
        load(given)

    assert "\n" not in str(stopped.value)


def test_without_settings_the_first_missing_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "built_image", lambda: "fraud:built")
    set_all_config({})

    with pytest.raises(pulumi.RunError, match="address is missing"):
        Settings.load()


def test_the_image_that_was_built_last_is_used_when_none_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "built_image", lambda: "fraud:built")

    assert load({key: LEAST[key] for key in ("kubeconfig", "address")}).image == "fraud:built"


def test_the_build_leaves_its_image_in_a_file(tmp_path: Path) -> None:
    record = tmp_path / "image.json"
    record.write_text('{"image": "fraud@sha256:0"}')

    assert built_image(record) == "fraud@sha256:0"


@pytest.mark.parametrize("parts", ["mlops", "all", "core,mlops"])
def test_a_profile_says_which_further_parts_are_raised(parts: str) -> None:
    assert load({**LEAST, "trainer_image": "trainer:1", "parts": parts}).has("mlops")
    assert not load({**LEAST, "parts": "core"}).has("mlops")


def test_the_trainers_jobs_run_when_the_environment_says() -> None:
    env = load({**LEAST, "train_schedule": "0 4 * * 0", "train_promotes": True})

    assert env.schedules == Schedules(train="0 4 * * 0", drift="17 * * * *", registry="*/5 * * * *")
    assert env.train_promotes


def test_what_the_command_asks_for_comes_before_what_the_file_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PARTS", "all")

    assert load({**LEAST, "trainer_image": "trainer:1", "parts": "core"}).has("mlops")


@pytest.mark.parametrize("parts", ["everything", "core,", "mlops;core"])
def test_a_part_that_nobody_knows_is_refused_with_those_there_are(parts: str) -> None:
    with pytest.raises(
        pulumi.RunError,
        match=r"settings\.parts is '.*', allowed: core, mlops, backups, standby, all$",
    ):
        load({**LEAST, "parts": parts})


def test_the_trainer_that_was_built_last_is_used_where_it_is_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "built_image", lambda record: record.name)

    assert load({**LEAST, "parts": "mlops"}).trainer_image == "trainer.json"
    assert not load(LEAST).trainer_image


def test_without_any_image_the_remedy_is_named(tmp_path: Path) -> None:
    with pytest.raises(pulumi.RunError, match="run `make image`"):
        built_image(tmp_path / "image.json")


def test_redis_is_one_or_three() -> None:
    assert load(LEAST).redis_instances == 1
    assert load({**LEAST, "redis_instances": 3}).redis_instances == 3
    with pytest.raises(
        pulumi.RunError, match=r"^bulwark:settings\.redis_instances is 2, allowed: 1 or 3$"
    ):
        load({**LEAST, "redis_instances": 2})


STANDBY = {
    **LEAST,
    "address": "10.77.0.2",
    "standby": "west",
    "standby_kubeconfig": "/west",
    "standby_address": "10.77.1.2",
    "witness": "10.76.1.2",
    "witness_authority": "/ca.crt",
}


def test_a_standby_is_raised_where_it_is_asked_for_and_one_is_named() -> None:
    assert load({**STANDBY, "parts": "standby"}).has("standby")
    assert load({**STANDBY, "parts": "backups,standby"}).has("standby")
    assert not load(STANDBY).has("standby")
    assert not load({**LEAST, "parts": "all", "trainer_image": "trainer:1"}).has("standby")


def test_a_standby_that_lacks_a_setting_is_refused_with_its_name() -> None:
    lacking = {key: value for key, value in STANDBY.items() if key != "witness"}

    with pytest.raises(pulumi.RunError, match=r"settings\.witness is missing, and a standby"):
        load(lacking)
    with pytest.raises(pulumi.RunError, match=r"settings\.standby is missing"):
        load({**LEAST, "parts": "standby"})


def test_regions_find_each_other_by_address_and_not_by_name() -> None:
    with pytest.raises(pulumi.RunError, match=r"standby_address is 'there', allowed: an IPv4"):
        load({**STANDBY, "standby_address": "there"})


def test_settings_for_one_run_come_before_those_of_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SETTINGS", '{"postgres_instances": 3}')

    assert load({**LEAST, "postgres_instances": 2}).postgres_instances == 3


@pytest.mark.parametrize("asked", ["three", "[3]"])
def test_settings_for_one_run_that_are_none_are_refused(
    asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SETTINGS", asked)

    with pytest.raises(pulumi.RunError, match=r"SETTINGS is .*, allowed: a JSON object"):
        load(LEAST)
