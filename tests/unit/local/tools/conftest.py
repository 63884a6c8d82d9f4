import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from local import paths
from local.tools.profiles import TOOLS

FAKE = Path(__file__).with_name("fake_go.py")
ROOT = Path(__file__).parents[4]
PATIENCE_SECONDS = 60


@dataclass
class FakeGo:
    """A `go` on PATH that serves the table's modules and writes what it is told to build."""

    folder: Path
    version: str = "go1.26.8"
    failure: tuple[str, ...] = ()
    modules: dict[str, dict[str, str]] = field(default_factory=dict)

    def install(self) -> None:
        self.folder.mkdir(exist_ok=True)
        program = self.folder / "go"
        program.write_text(f"#!{sys.executable}\n{FAKE.read_text()}")
        program.chmod(0o755)
        for tool in TOOLS.values():
            source = self.folder / "modules" / tool.name
            source.mkdir(parents=True)
            told = {"Version": tool.version, "Sum": tool.checksum, "Dir": str(source)}
            self.modules[tool.module] = told
        self.save()

    def save(self) -> None:
        settings = {"version": self.version, "failure": self.failure, "modules": self.modules}
        (self.folder / "settings.json").write_text(json.dumps(settings))

    def source(self, tool: str, file: str) -> Path:
        """Where a file of a tool's module lies, its folders made."""
        path = self.folder / "modules" / tool / file
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def fails(self, *lines: str) -> None:
        self.failure = lines
        self.save()

    def serves_another(self, tool: str, checksum: str) -> None:
        self.modules[TOOLS[tool].module]["Sum"] = checksum
        self.save()

    def hold(self) -> None:
        (self.folder / "hold").touch()

    def go_on(self) -> None:
        (self.folder / "hold").unlink()

    @property
    def builds(self) -> list[str]:
        log = self.folder / "builds"
        return log.read_text().splitlines() if log.exists() else []


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setattr(paths, "CACHE", folder)
    return folder


@pytest.fixture
def go(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> FakeGo:
    fake = FakeGo(tmp_path / "go")
    fake.install()
    # Nothing of the machine but its basics: an official `pulumi` would change the plan.
    monkeypatch.setenv("PATH", f"{fake.folder}:/usr/bin:/bin")
    monkeypatch.setenv("BULWARK_CACHE", str(cache))
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "pulumi"))
    return fake


@pytest.fixture
def another_run(go: FakeGo) -> Callable[[str], subprocess.Popen[str]]:
    """Start a build in a process of its own.

    It listens to SIGINT, as in a terminal: started in the background it would inherit deafness.
    """
    assert go.folder.exists()
    listen = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"

    def start(tool: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", f"{listen}; from local import tools; tools.build({tool!r})"],
            cwd=ROOT,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return start


def eventually(true: Callable[[], object]) -> None:
    """Wait until something holds; fail when it never does."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)
