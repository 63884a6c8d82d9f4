import runpy
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from policies import checkov, rendered, waivers
from policies.checkov import Failure, Waiver
from policies.rendered import PACK, main, render

LIMIT = Failure("CKV_1", "Deployment.fraud.api", "CPU limits should be set")
ROOT = Failure("CKV_2", "Deployment.fraud.api", "No root")
KNOWN = Waiver("CKV_1", "Deployment.fraud.*", "Throttling costs latency.")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a stack named `test`."""
    root = tmp_path / "repository"
    (root / "stacks").mkdir(parents=True)
    (root / "stacks" / "__main__.py").touch()
    (root / "Pulumi.yaml").write_text("name: bulwark\n")
    settings = {"config": {"bulwark:settings": {"address": "10.0.0.1"}}}
    (root / "Pulumi.test.yaml").write_text(yaml.safe_dump(settings))
    monkeypatch.setattr(rendered, "ROOT", root)
    monkeypatch.setenv("STACK", "test")
    return root


def test_a_stack_is_rendered_with_the_policies_on_from_a_project_of_its_own(
    project: Path, fake_pulumi: Any, tmp_path: Path
) -> None:
    notes = fake_pulumi(0)
    before = (project / "Pulumi.test.yaml").read_text()

    render("test", tmp_path)

    assert (notes / "arguments").read_text().splitlines() == [
        "--non-interactive stack init test",
        f"--non-interactive up --yes --skip-preview --policy-pack {PACK}",
    ]
    settings = yaml.safe_load((notes / "settings.yaml").read_text())["config"]
    assert settings["bulwark:settings"] == {"address": "10.0.0.1", "render_to": str(tmp_path)}
    assert (project / "Pulumi.test.yaml").read_text() == before
    assert not (notes / "backend").read_text().startswith(f"file://{project}")


@pytest.mark.usefixtures("project")
def test_a_stack_that_pulumi_refuses_is_not_scanned(
    fake_pulumi: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    fake_pulumi(1)

    assert main([]) == 1
    assert capsys.readouterr().err.splitlines()[-1] == (
        "error: pulumi stack failed; its words stand above"
    )


@pytest.mark.usefixtures("project")
def test_without_pulumi_the_remedy_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert main([]) == 1
    assert capsys.readouterr().err == (
        "error: pulumi is not on PATH; run `make engine`, or install it\n"
    )


@pytest.mark.usefixtures("project")
def test_a_stack_that_does_not_exist_is_told_with_those_that_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STACK", "prod")

    assert main([]) == 1
    assert capsys.readouterr().err == "error: no stack is named 'prod'; there are: test\n"


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("found", "code", "said"),
    [
        ([LIMIT], 0, "checkov: 1 objects, 0 to mend, 1 findings in all\n"),
        (
            [LIMIT, ROOT],
            1,
            (
                "Deployment.fraud.api: No root (CKV_2)\n"
                "checkov: 1 objects, 1 to mend, 2 findings in all\n"
            ),
        ),
    ],
)
def test_the_rendered_stack_is_scanned(  # noqa: PLR0917 (fixtures)
    fake_pulumi: Any,
    fake_checkov: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    found: list[Failure],
    code: int,
    said: str,
) -> None:
    fake_pulumi(0)
    fake_checkov(*found)
    monkeypatch.setattr(checkov, "waivers", lambda: (KNOWN,))
    monkeypatch.setattr(waivers, "WAIVERS", ())

    assert main([]) == code
    assert capsys.readouterr().out == said


@pytest.mark.usefixtures("project")
def test_a_policy_waiver_that_the_stack_does_not_need_is_a_fault(
    fake_pulumi: Any,
    fake_checkov: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fake_pulumi(0)
    fake_checkov()
    idle = waivers.Waiver(policy="labelled", object="Service gone", reason="It was there once.")
    monkeypatch.setattr(checkov, "waivers", tuple)
    monkeypatch.setattr(waivers, "WAIVERS", (idle,))

    assert main([]) == 1
    assert capsys.readouterr().out.startswith(
        "Service gone: the waiver of labelled excuses nothing; remove it\n"
    )


def test_a_folder_is_scanned_as_it_is(
    fake_checkov: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fake_checkov()
    monkeypatch.setattr(checkov, "waivers", tuple)

    monkeypatch.setattr(sys, "argv", ["rendered", str(tmp_path)])

    with pytest.raises(SystemExit) as end:
        runpy.run_path(rendered.__file__, run_name="__main__")

    assert end.value.code == 0
    assert capsys.readouterr().out == "checkov: 0 objects, 0 to mend, 0 findings in all\n"
