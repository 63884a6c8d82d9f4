"""The runbook finds its way by the settings that the stack was raised with."""

from pathlib import Path

import pytest
import yaml

from runbooks import place
from runbooks.errors import RunbookError
from runbooks.place import Place

GIVEN = yaml.safe_load((place.ROOT / "Pulumi.drill.yaml").read_text())["config"]["bulwark:settings"]


def test_the_drills_settings_name_two_regions_a_witness_and_an_edge() -> None:
    found = Place.of(GIVEN)

    assert [region.name for region in found.regions] == ["east", "west"]
    assert found.other(found.regions[0]) is found.regions[1]
    assert found.edge == "http://10.76.1.2:8080"


def test_settings_for_this_run_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SETTINGS", '{"address": "10.77.4.2"}')

    assert Place.find("drill").regions[0].address == "10.77.4.2"


def test_a_stack_without_a_standby_is_refused_with_the_remedy() -> None:
    with pytest.raises(
        RunbookError, match=r"names no standby in Pulumi\.dev\.yaml; try STACK=drill"
    ):
        Place.find("dev")


def test_a_stack_that_is_none_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "ROOT", tmp_path)

    with pytest.raises(RunbookError, match="stack 'drill' has no settings"):
        Place.find("drill")


def test_a_region_that_nobody_knows_is_refused_with_those_there_are() -> None:
    with pytest.raises(RunbookError, match="no region is named 'north', allowed: east, west"):
        Place.of(GIVEN).region("north")
