"""The policies, judged by the real engine on objects rendered to files: no cluster is needed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local import tools
from tests.e2e import timeouts
from tests.policy.examples import BAD_CHANGES, Stack, bad_stack, good_stack

ROOT = Path(__file__).parents[2]
PROGRAM = Path(__file__).parent / "judged"
LATE = "known only at the update: "
CHART = "apiVersion: v2\nname: hidden\nversion: 1.0.0\n"


@dataclass(frozen=True)
class Verdict:
    """How a preview or an update ended."""

    passed: bool
    said: str

    def names(self, policy: str, level: str = "mandatory") -> bool:
        return bool(re.search(rf"\[{level}\]\s+{policy}\b", self.said))


class Judge:
    """The engine with the policies, on a stack of its own."""

    def __init__(self, folder: Path, stack: str = "prod") -> None:
        self.stack = stack
        self.folder = folder
        self.rendered = folder / "rendered" / "1-manifest"
        (folder / "state").mkdir()
        (folder / "chart").mkdir()
        (folder / "chart" / "Chart.yaml").write_text(CHART)
        # The engine writes into a project's folder, so it gets a copy.
        self.program = Path(shutil.copytree(PROGRAM, folder / "program"))
        assert self._pulumi("stack", "init", stack).returncode == 0

    def preview(self, objects: Stack) -> Verdict:
        return self._judge(objects, "preview")

    def update(self, objects: Stack, *options: str) -> Verdict:
        return self._judge(objects, "up", "--yes", *options)

    def made(self) -> set[str]:
        """The kinds of the objects that an update has made."""
        return {path.name.split("-")[1] for path in self.rendered.glob("*.yaml")}

    def _judge(self, objects: Stack, *command: str) -> Verdict:
        if "release" in objects:
            objects["release"]["chart"] = str(self.folder / "chart")
        (self.folder / "objects.json").write_text(json.dumps(objects))
        done = self._pulumi(*command, "--stack", self.stack, "--policy-pack", f"{ROOT}/policies")
        assert "panic:" not in done.stdout + done.stderr
        return Verdict(done.returncode == 0, done.stdout + done.stderr)

    def _pulumi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["pulumi", "--non-interactive", *arguments],
            cwd=self.program,
            env=tools.environment()
            | {
                "JUDGED": str(self.folder),
                "PULUMI_BACKEND_URL": f"file://{self.folder}/state",
                "PULUMI_CONFIG_PASSPHRASE": "",
                "PULUMI_EXPERIMENTAL": "true",
                "PULUMI_SKIP_CHECKPOINTS": "true",
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=timeouts.JUDGE,
        )


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """One stack for all previews: they leave nothing behind."""
    return Judge(tmp_path_factory.mktemp("judge"))


@pytest.fixture
def fresh(tmp_path: Path) -> Judge:
    return Judge(tmp_path)


def test_a_well_made_stack_passes_preview_and_update(fresh: Judge) -> None:
    verdict = fresh.update(good_stack())

    assert verdict.passed, verdict.said
    assert "[mandatory]" not in verdict.said
    assert {"deployment", "cluster", "networkpolicy"} <= fresh.made()


@pytest.mark.parametrize("policy", BAD_CHANGES)
def test_a_bad_change_ends_at_preview_by_the_policy_made_for_it(judge: Judge, policy: str) -> None:
    verdict = judge.preview(bad_stack(policy))

    assert not verdict.passed
    assert verdict.names(policy), verdict.said


def test_an_update_that_previews_makes_nothing_of_a_bad_change(fresh: Judge) -> None:
    verdict = fresh.update(bad_stack("default-deny"))

    assert not verdict.passed
    assert verdict.names("default-deny")
    assert not fresh.made()


def test_a_postgres_without_a_backup_is_noted_in_dev(tmp_path: Path) -> None:
    verdict = Judge(tmp_path, stack="dev").preview(bad_stack("postgres-backed-up"))

    assert verdict.passed, verdict.said
    assert verdict.names("postgres-backed-up", level="advisory")


def late_image(objects: Stack) -> Any:
    (container,) = objects["api"]["spec"]["template"]["spec"]["containers"]
    container["image"] = f"{LATE}bulwark/fraud:latest"


def late_spread(objects: Stack) -> Any:
    (spread,) = objects["api"]["spec"]["template"]["spec"]["topologySpreadConstraints"]
    spread["topologyKey"] = f"{LATE}topology.kubernetes.io/zone"


def test_an_object_that_only_the_update_finds_bad_is_never_made(fresh: Judge) -> None:
    objects = good_stack()
    late_image(objects)

    preview = fresh.preview(objects)
    update = fresh.update(objects)

    assert_left_open(preview, "images-pinned")
    assert not update.passed
    assert update.names("images-pinned"), update.said
    assert "deployment" not in fresh.made()


def test_a_stack_that_only_the_update_finds_bad_ends_as_a_failure(fresh: Judge) -> None:
    objects = good_stack()
    late_spread(objects)

    preview = fresh.preview(objects)
    update = fresh.update(objects, "--skip-preview")

    assert_left_open(preview, "replicas-spread")
    assert not update.passed
    assert update.names("replicas-spread"), update.said


def assert_left_open(preview: Verdict, policy: str) -> None:
    assert preview.passed, preview.said
    assert preview.names(policy, level="advisory")
    assert "can't be known during preview" in preview.said


def test_a_known_fault_ends_the_preview_beside_an_unknown_value(judge: Judge) -> None:
    objects = bad_stack("probes-declared")
    late_image(objects)

    verdict = judge.preview(objects)

    assert not verdict.passed
    assert verdict.names("probes-declared")
    assert verdict.names("images-pinned", level="advisory")


def test_the_stack_of_this_repository_passes_the_policies_and_checkov() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "policies.rendered"],
        cwd=ROOT,
        env=tools.environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=timeouts.RENDER,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 to mend" in done.stdout
