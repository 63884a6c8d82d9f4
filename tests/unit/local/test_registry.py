from pathlib import Path

import pytest
import yaml

from local import paths, registry, tools


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(paths, "STATE", tmp_path / "state")
    monkeypatch.setattr(tools, "binary", lambda name: tmp_path / "tools" / name)


def test_it_listens_on_the_link_to_the_nodes_and_nowhere_else() -> None:
    config = yaml.safe_load(registry.ensure_config().read_text())

    assert config["http"]["addr"] == registry.address() == "10.76.0.1:5000"


def test_its_images_outlive_the_clusters(tmp_path: Path) -> None:
    path = registry.ensure_config()
    config = yaml.safe_load(path.read_text())

    assert config["storage"]["filesystem"]["rootdirectory"] == str(tmp_path / "cache" / "registry")
    assert (tmp_path / "cache" / "registry").is_dir()
    assert path.is_relative_to(tmp_path / "state")


def test_the_supervisor_runs_the_built_program_without_a_collector(tmp_path: Path) -> None:
    environment, setting, program, *arguments = registry.command()

    assert (environment, setting) == ("env", "OTEL_TRACES_EXPORTER=none")
    assert program == str(tmp_path / "tools" / "registry")
    assert arguments == ["serve", str(tmp_path / "state" / "registry.yml")]
