"""A setting that nobody knows stops the real engine's preview. No cluster is needed for that."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e import timeouts
from tests.e2e.stack import ROOT, environment

STACK = "odd"


class Program:
    """The repository's program with settings of its own, in a folder that goes with the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "state").mkdir()
        project = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())
        main = str(ROOT / project["main"])
        (folder / "Pulumi.yaml").write_text(yaml.safe_dump(project | {"main": main}))
        self._pulumi("stack", "init", STACK)

    def errors(self, settings: dict[str, Any]) -> list[str]:
        """What the preview's own record has as errors."""
        config = yaml.safe_load((self.folder / f"Pulumi.{STACK}.yaml").read_text())
        config["config"] = {"bulwark:settings": settings}
        (self.folder / f"Pulumi.{STACK}.yaml").write_text(yaml.safe_dump(config))
        log = self.folder / "events.json"
        preview = self._pulumi("preview", "--stack", STACK, "--event-log", str(log))
        assert preview != 0
        events = map(json.loads, log.read_text().splitlines())
        told = [event["diagnosticEvent"] for event in events if "diagnosticEvent" in event]
        return [each["message"].strip() for each in told if each["severity"] == "error"]

    def _pulumi(self, *arguments: str) -> int:
        mine = {
            "PULUMI_BACKEND_URL": f"file://{self.folder / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PULUMI_DEBUG_COMMANDS": "true",  # the event log is one of them
        }
        return subprocess.run(
            ["pulumi", "--non-interactive", *arguments],
            cwd=self.folder,
            env=environment() | mine,
            capture_output=True,
            check=False,
            timeout=timeouts.JUDGE,
        ).returncode


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return Program(tmp_path_factory.mktemp("settings"))


@pytest.fixture(scope="module")
def dev() -> dict[str, Any]:
    settings = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())["config"]["bulwark:settings"]
    return dict(settings) | {"image": "bulwark/fraud:1"}


@pytest.mark.parametrize(
    ("wrong", "named"),
    [({"api_replica": 3}, "api_replica"), ({"api_replicas": "three"}, "three")],
    ids=["unknown key", "wrong type"],
)
def test_a_wrong_setting_stops_the_preview_with_one_line(
    program: Program, dev: dict[str, Any], wrong: dict[str, Any], named: str
) -> None:
    (error,) = program.errors(dev | wrong)

    assert len(error.splitlines()) == 1
    assert named in error
