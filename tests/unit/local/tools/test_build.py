import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from local import tools
from local.errors import EngineError
from local.tools import store
from local.tools.profiles import TOOLS
from tests.unit.local.tools.conftest import FakeGo, eventually

ETCD = TOOLS["etcd"]
Start = Callable[[str], subprocess.Popen[str]]


def entries(cache: Path) -> set[str]:
    """What lies in the store, but for the lock files."""
    return {entry.name for entry in (cache / "tools").iterdir() if entry.suffix != ".lock"}


def test_a_built_program_is_found_by_its_name(go: FakeGo) -> None:
    tools.build("etcd")

    assert tools.binary("etcd").read_text() == "built from go.etcd.io/etcd/server/v3"
    assert len(go.builds) == 1


def test_several_programs_of_one_tool_are_one_build(go: FakeGo) -> None:
    tools.build("kubelet", "kubectl")

    assert tools.binary("kubelet").read_text() == "built from k8s.io/kubernetes/cmd/kubelet"
    assert tools.binary("kubectl").parent == tools.binary("kubelet").parent
    assert len(go.builds) == 1


def test_only_what_is_asked_for_is_built(go: FakeGo) -> None:
    tools.build("etcd")

    assert len(go.builds) == 1
    with pytest.raises(EngineError, match="coredns is not built; run `python -m local build core"):
        tools.binary("coredns")


def test_a_second_run_reuses_what_the_first_built(go: FakeGo) -> None:
    tools.build("etcd")
    tools.build("etcd")

    assert len(go.builds) == 1


def test_the_program_is_stamped_with_its_version(go: FakeGo) -> None:
    tools.build("registry")

    assert "github.com/distribution/distribution/v3/version.version=v3.1.2" in go.builds[0]


def test_a_zip_with_another_checksum_is_refused_and_not_compiled(go: FakeGo, cache: Path) -> None:
    go.serves_another("etcd", "h1:forged=")

    with pytest.raises(
        EngineError, match=r"etcd: .* refused: .* h1:forged=, pinned is h1:U2strdSE"
    ):
        tools.build("etcd")

    assert go.builds == []
    assert entries(cache) == set()


def test_the_module_of_a_lock_is_checked_like_any_other(go: FakeGo) -> None:
    go.modules[ETCD.module]["Version"] = "v3.6.9"
    go.save()

    with pytest.raises(EngineError, match=r"v3.6.8 refused: the download is v3.6.9"):
        tools.build("etcd")


def test_a_refused_download_tells_why(go: FakeGo) -> None:
    go.modules[ETCD.module] = {"Error": "reading etcd: 403 Forbidden"}
    go.save()

    with pytest.raises(EngineError, match="cannot be downloaded: reading etcd: 403 Forbidden"):
        tools.build("etcd")


def test_a_failed_build_names_the_last_line_that_matters_and_its_log(
    go: FakeGo, cache: Path
) -> None:
    go.fails("# example.com/x", "x.go:3: undefined: y", "go: downloading example.com/z v1.0.0")

    with pytest.raises(EngineError) as failure:
        tools.build("etcd")

    log = cache / "logs" / "etcd.log"
    assert str(failure.value) == f"etcd: the build failed: x.go:3: undefined: y ({log})"
    assert "undefined: y" in log.read_text()
    assert entries(cache) == set()


def test_a_compiler_that_was_killed_is_told_from_one_that_failed(go: FakeGo) -> None:
    go.fails("example.com/x: /go/compile: signal: killed")

    with pytest.raises(
        EngineError, match=r"etcd: the build was killed, .* the same command resumes"
    ):
        tools.build("etcd")


def test_a_disk_that_fills_up_meanwhile_is_told(go: FakeGo) -> None:
    go.fails("write /x: no space left on device", "exit status 1")

    with pytest.raises(EngineError, match="etcd: the disk is full; free some"):
        tools.build("etcd")


def test_a_short_disk_is_refused_before_the_first_download(
    go: FakeGo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=10**8))

    with pytest.raises(
        EngineError, match=r"disk short: 100 MB free .* the build needs 1\.\d GB; free some"
    ):
        tools.build("etcd")

    assert go.builds == []


def test_a_killed_run_leaves_no_tool_and_the_next_one_cleans_up(
    go: FakeGo, cache: Path, another_run: Start
) -> None:
    go.hold()
    run = another_run("etcd")
    eventually(lambda: go.builds)
    run.kill()
    run.communicate()

    assert not store.built(ETCD)
    (half_made,) = entries(cache)
    assert half_made.endswith(".partial")

    go.go_on()
    tools.build("etcd")
    assert entries(cache) == {store.home(ETCD).name}


def test_a_stopped_run_leaves_nothing_and_says_how_to_go_on(
    go: FakeGo, cache: Path, another_run: Start
) -> None:
    go.hold()
    run = another_run("etcd")
    eventually(lambda: go.builds)
    run.send_signal(signal.SIGINT)
    said, _ = run.communicate(timeout=30)  # less than the compiler would take by itself

    assert "EngineError: stopped while building etcd; the same command goes on from there" in said
    assert entries(cache) == set()


def test_of_two_runs_at_once_the_second_waits_and_uses_what_the_first_built(
    go: FakeGo, another_run: Start
) -> None:
    go.hold()
    first = another_run("etcd")
    eventually(lambda: go.builds)
    second = another_run("etcd")
    said = ""
    while "another run builds etcd: waiting for it" not in said:
        assert second.stdout is not None
        line = second.stdout.readline()
        assert line, said
        said += line
    go.go_on()

    for run in (first, second):
        said, _ = run.communicate()
        assert run.returncode == 0, said
    assert len(go.builds) == 1
    assert store.built(ETCD)


def test_a_changed_pin_is_another_build(go: FakeGo, monkeypatch: pytest.MonkeyPatch) -> None:
    tools.build("registry")
    monkeypatch.setattr("local.tools.golang.FLAGS", "-modcacherw")
    tools.build("registry")

    assert len(go.builds) == 2


def test_the_language_host_lies_beside_pulumi(go: FakeGo) -> None:
    for script in TOOLS["pulumi-language-python"].scripts:
        go.source("pulumi-language-python", script).write_text("#!/bin/sh\n")
    tools.build("pulumi")

    folder = tools.binary("pulumi").parent
    assert (folder / "pulumi-language-python").exists()
    assert (folder / "pulumi-analyzer-policy-python").stat().st_mode & 0o111


def test_a_missing_go_is_one_clear_line(
    go: FakeGo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert go.folder.exists()
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(EngineError, match=r"go is missing; install Go 1.26.8 or newer"):
        tools.build("etcd")


@pytest.mark.parametrize("version", ["go1.22.12", "go1.26.7", "go1.26"])
def test_an_old_go_is_refused(go: FakeGo, version: str) -> None:
    go.version = version
    go.save()

    with pytest.raises(EngineError, match=f"go is {version}; the tools need Go 1.26.8 or newer"):
        tools.build("etcd")


def test_release_files_are_copied_under_the_name_of_their_tool(go: FakeGo, tmp_path: Path) -> None:
    go.source("cloudnative-pg", "releases/cnpg-1.30.0.yaml").write_text("kind: Deployment")
    tools.build("cloudnative-pg")

    tools.release_files(tmp_path / "manifests", "cloudnative-pg", "etcd")

    manifests = tmp_path / "manifests"
    assert (manifests / "cloudnative-pg" / "cnpg-1.30.0.yaml").read_text() == "kind: Deployment"
    assert [folder.name for folder in manifests.iterdir()] == ["cloudnative-pg"]


def test_a_chart_says_its_version_and_drops_subcharts_that_are_not_there(
    go: FakeGo, tmp_path: Path
) -> None:
    chart = "deploy/charts/external-secrets"
    for file in TOOLS["external-secrets"].releases:
        go.source("external-secrets", file).write_text("kind: List")
    go.source("external-secrets", f"{chart}/Chart.lock").write_text("digest: x")
    go.source("external-secrets", f"{chart}/Chart.yaml").write_text(
        json.dumps({"name": "x", "version": "0.19.2", "dependencies": [{"name": "absent"}]})
    )
    tools.build("external-secrets")
    tools.release_files(tmp_path, "external-secrets")

    copy = tmp_path / "external-secrets" / "external-secrets"
    assert not (copy / "Chart.lock").exists()
    assert (copy / "Chart.yaml").read_text() == (
        "name: x\nversion: 0.20.1\ndependencies: []\nappVersion: v0.20.1\n"
    )


def test_a_chart_that_only_a_release_names_gets_its_name(go: FakeGo, tmp_path: Path) -> None:
    chart = "deploy/charts/cert-manager"
    for file in TOOLS["cert-manager"].releases:
        go.source("cert-manager", file).write_text("kind: List")
    go.source("cert-manager", f"{chart}/Chart.template.yaml").write_text(
        "name: x\nversion: v0\nkubeVersion: '>= 1.21'\n"
    )
    tools.build("cert-manager")
    tools.release_files(tmp_path / "manifests", *tools.with_releases())

    copy = tmp_path / "manifests" / "cert-manager" / "cert-manager"
    assert (copy / "Chart.yaml").read_text() == (
        "name: x\nversion: 1.11.5\nappVersion: v1.11.5\ndependencies: []\n"
    )
    assert tools.with_releases() == ["cert-manager"]


def test_release_files_of_a_tool_that_is_not_built_are_refused(go: FakeGo, tmp_path: Path) -> None:
    assert go.builds == []
    with pytest.raises(EngineError, match="cloudnative-pg is not built; run"):
        tools.release_files(tmp_path, "cloudnative-pg")


def test_the_provider_serves_its_schema_with_the_version_set(
    go: FakeGo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    provider = TOOLS["pulumi-resource-kubernetes"]
    for file in provider.embeds:
        go.source(provider.name, file).write_text('{"name": "kubernetes"}')
    kept = tmp_path / "kept"
    monkeypatch.setattr(
        "local.tools.golang.run",
        lambda *_, folder, **__: kept.write_bytes((folder / "schema.json").read_bytes()),
    )
    tools.build(provider.name)

    assert json.loads(kept.read_text()) == {"name": "kubernetes", "version": "4.25.0"}
