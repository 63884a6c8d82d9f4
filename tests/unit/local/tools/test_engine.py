import os
from pathlib import Path

import pytest

from local import tools
from local.tools import engine
from local.tools.plan import resolve
from local.tools.table import TOOLS
from tests.unit.local.tools.conftest import FakeGo

DOWNLOADS = "exit 0"
NO_DOWNLOADS = '[ "$1" = version ] || exit 1'


def put_pulumi(folder: Path, version: str, *, host: bool = True, then: str = DOWNLOADS) -> Path:
    """An official Pulumi on PATH, as its release unpacks."""
    folder.mkdir()
    pulumi = folder / "pulumi"
    pulumi.write_text(f'#!/bin/sh\n[ "$1" = version ] && echo {version}\n{then}\n')
    pulumi.chmod(0o755)
    if host:
        (folder / "pulumi-language-python").touch()
    return folder


def build_pulumi(go: FakeGo) -> None:
    for script in TOOLS["pulumi-language-python"].scripts:
        go.source("pulumi-language-python", script).touch()
    tools.build("pulumi")


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, go: FakeGo) -> Path:
    folder = tmp_path / "release"
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    assert go.builds == []
    return folder


def names() -> list[str]:
    return [tool.name for tool in engine.needed(resolve(["engine"]))]


def test_an_official_pulumi_is_used_and_downloads_the_provider(release: Path) -> None:
    put_pulumi(release, "v3.230.0")

    assert names() == []
    assert tools.binary("pulumi") == release / "pulumi"


def test_the_plan_leaves_out_what_an_official_pulumi_gives(
    release: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put_pulumi(release, "v3.230.0")
    tools.plan("engine")

    said = capsys.readouterr().out
    assert "pulumi-language-python" not in said
    assert said.endswith(f"the official pulumi in {release} is used\n")


def test_a_provider_of_ours_is_handed_to_an_official_pulumi(go: FakeGo, release: Path) -> None:
    put_pulumi(release, "v3.230.0", then=f'echo "$*" >> {go.folder}/asked\n[ "$6" != "" ]')
    for file in engine.PROVIDER.embeds:
        go.source(engine.PROVIDER.name, file).write_text("{}")
    tools.build("engine")

    asked = (go.folder / "asked").read_text().splitlines()
    program = tools.binary("pulumi-resource-kubernetes")
    install = "plugin install resource kubernetes v4.25.0"
    assert [line for line in asked if line != "version"] == [
        install,
        f"{install} --reinstall --file {program}",
    ]


def test_where_the_provider_cannot_be_downloaded_ours_is_built(release: Path) -> None:
    put_pulumi(release, "v3.230.0", then=NO_DOWNLOADS)

    assert names() == ["pulumi-resource-kubernetes"]


@pytest.mark.parametrize("version", ["v3.214.9", "v2.999.0", "nonsense"])
def test_an_old_official_pulumi_is_passed_over(release: Path, version: str) -> None:
    put_pulumi(release, version)

    assert "pulumi" in names()


def test_a_pulumi_without_its_language_host_is_passed_over(release: Path) -> None:
    put_pulumi(release, "v3.230.0", host=False)

    assert "pulumi" in names()


def test_an_official_pulumi_is_found_behind_ours(
    go: FakeGo, release: Path, monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    build_pulumi(go)
    monkeypatch.setenv("PATH", f"{cache / 'bin'}:{os.environ['PATH']}")
    put_pulumi(release, "v3.230.0")

    assert engine.official() == release
    assert tools.environment()["PATH"].startswith(f"{release}:")


def test_our_own_engine_comes_first_where_there_is_no_official_one(go: FakeGo) -> None:
    build_pulumi(go)

    assert tools.environment()["PATH"].startswith(f"{tools.binary('pulumi').parent}:")


def test_what_people_type_is_linked_into_one_folder(go: FakeGo, cache: Path) -> None:
    build_pulumi(go)

    assert (cache / "bin" / "pulumi").resolve() == tools.binary("pulumi").resolve()
    assert not (cache / "bin" / "kubectl").exists()


def test_our_link_goes_when_an_official_pulumi_comes(
    go: FakeGo, release: Path, cache: Path
) -> None:
    build_pulumi(go)
    put_pulumi(release, "v3.230.0")
    tools.build("etcd")

    assert not (cache / "bin" / "pulumi").is_symlink()
