import json
import sys
from pathlib import Path

import pytest

from local.errors import EngineError
from local.images import python, service
from local.images.python import Wheels
from local.images.table import BASE_PACKAGES
from tests.unit.local.images.conftest import FakeApt, FakeRegistry


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, debian: FakeApt, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A work tree, and a compiler that marks what it compiled and where."""
    root = tmp_path / "checkout"
    (root / "app" / "__pycache__").mkdir(parents=True)
    (root / "app" / "__main__.py").write_text("run()")
    (root / "app" / "__pycache__" / "old.pyc").write_text("of the host's Python")
    (root / "requirements-app.lock").write_text("numpy==2")
    (root / "requirements-trainer.lock").write_text("lightgbm==4")
    for name in ("ca-certificates", "libgomp1", "libstdc++6", "python3.13", *BASE_PACKAGES):
        debian.add(name)

    def install(wheels: Wheels, site: Path) -> None:
        (site / "numpy" / "tests").mkdir(parents=True)
        (site / "numpy" / "tests" / "test_all.py").write_text("slow")
        (site / "numpy" / "__init__.py").write_text(wheels.lock.read_text())

    def compile_all(folder: Path, inside: str) -> None:
        (folder / "compiled").write_text(inside)

    monkeypatch.setattr(service, "ROOT", root)
    monkeypatch.setattr(service, "RESULT", root / "build" / "image.json")
    monkeypatch.setattr(Wheels, "_install", install)
    monkeypatch.setattr(python, "compile_all", compile_all)
    monkeypatch.setattr(python, "interpreter", lambda: tmp_path / "python")
    return root


def name(reference: str) -> str:
    """Repository and tag of a pushed reference."""
    return reference.split("/", 1)[1].partition("@")[0]


def test_the_reference_names_the_digest_and_is_written_for_the_stack(
    checkout: Path, served: FakeRegistry
) -> None:
    reference = service.build()
    pushed = json.loads((served.pushed / name(reference).replace(":", "/manifests/")).read_text())

    assert reference.startswith(f"{served.address}/bulwark/fraud:")
    assert reference.endswith(f"@{pushed}")
    assert json.loads((checkout / "build" / "image.json").read_text()) == {"image": reference}


def test_the_service_runs_as_nobody_special_with_its_wheels_and_code(
    served: FakeRegistry,
) -> None:
    image = served.image(name(service.build()))

    assert image.config["config"]["User"] == "10001:10001"
    assert image.config["config"]["Entrypoint"] == ["python", "-m", "app"]
    assert image.layers[2] == {
        "srv/lib/numpy/__init__.py": "numpy==2",
        "srv/lib/compiled": "/srv/lib",
    }
    assert image.layers[3] == {"srv/app/__main__.py": "run()", "srv/app/compiled": "/srv/app"}
    assert image.files["usr/bin/python"] == "-> python3.13"


@pytest.mark.usefixtures("served")
def test_unchanged_code_is_the_same_image_and_is_not_made_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    first = service.build()
    capsys.readouterr()

    assert service.build() == first
    assert capsys.readouterr().out == ""


def test_changed_code_is_another_image_of_which_one_layer_is_new(
    checkout: Path, served: FakeRegistry
) -> None:
    before = service.build()
    (checkout / "app" / "__main__.py").write_text("run(faster=True)")
    after = service.build()

    assert before.split("@")[0] != after.split("@")[0]
    old, new = served.image(name(before)).digests, served.image(name(after)).digests
    assert [was == now for was, now in zip(old, new, strict=True)] == [True, True, True, False]


def test_a_changed_lock_brings_other_wheels(checkout: Path, served: FakeRegistry) -> None:
    service.build()
    (checkout / "requirements-app.lock").write_text("numpy==3")

    image = served.image(name(service.build()))
    assert image.files["srv/lib/numpy/__init__.py"] == "numpy==3"


def test_another_registry_gets_the_image_under_its_own_name(
    served: FakeRegistry, checkout: Path
) -> None:
    ours = service.build()
    theirs = service.build("registry.example/team/")

    assert theirs.startswith("registry.example/team/bulwark/fraud:")
    assert theirs.split("@")[1] == ours.split("@")[1]
    assert f"team/{name(ours)}" in served.manifests()
    assert json.loads((checkout / "build" / "image.json").read_text()) == {"image": theirs}


def test_the_trainer_is_the_same_code_on_a_lock_of_its_own(
    checkout: Path, served: FakeRegistry
) -> None:
    ours = served.image(name(service.build()))
    reference = service.build(name="trainer")
    image = served.image(name(reference))

    assert reference.startswith(f"{served.address}/bulwark/fraud-trainer:")
    assert json.loads((checkout / "build" / "trainer.json").read_text()) == {"image": reference}
    assert image.files["srv/lib/numpy/__init__.py"] == "lightgbm==4"
    same = [mine == its for mine, its in zip(ours.digests, image.digests, strict=True)]
    assert same == [True, True, False, True]


def test_wheels_that_cannot_be_had_are_one_line(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    uv = tmp_path / "venv" / "uv"
    uv.parent.mkdir()
    uv.write_text("#!/bin/sh\necho 'error: no wheel\n  for numpy' >&2\nexit 2\n")
    uv.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(uv.with_name("python")))
    wheels = Wheels(checkout / "requirements-app.lock", "/srv/lib")
    with pytest.raises(EngineError) as caught:
        wheels._install(tmp_path)

    assert str(caught.value) == (
        "requirements-app.lock could not be installed for the image: error: no wheel for numpy"
    )
