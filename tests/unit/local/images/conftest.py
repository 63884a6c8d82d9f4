import json
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from local import paths, registry, tools
from local.images import apt
from tests.unit.local.images.opened import Opened

FAKE_APT = Path(__file__).with_name("fake_apt.py")
FAKE_CRANE = """
import json, pathlib, sys
layout, (_, name) = pathlib.Path(sys.argv[2]), sys.argv[3].split("/", 1)
index = json.loads((layout / "index.json").read_text())
target = pathlib.Path(__file__).parent / "pushed" / name.replace(":", "/manifests/")
target.parent.mkdir(parents=True, exist_ok=True)
target.write_text(json.dumps(index["manifests"][0]["digest"]))
"""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    folder.mkdir()
    monkeypatch.setattr(paths, "CACHE", folder)
    return folder


@dataclass
class FakeApt:
    """An apt-get and a dpkg-deb on PATH that serve the packages they are told of."""

    folder: Path
    packages: dict[str, Any] = field(default_factory=dict)
    mirrors: list[tuple[str, str]] = field(default_factory=lambda: [("Debian", "mirror/debian/")])
    complaints: dict[str, str] = field(default_factory=dict)
    interrupted: list[str] = field(default_factory=list)

    def add(
        self, name: str, version: str = "1.0", *, needs: tuple[str, ...] = (), **files: str
    ) -> None:
        """A package of files, named with __ for a slash."""
        named = {path.replace("__", "/"): text for path, text in files.items()}
        self.packages[name] = {"version": version, "needs": needs, "files": named}
        self.save()

    def save(self) -> None:
        state = {name: value for name, value in vars(self).items() if name != "folder"}
        (self.folder / "packages.json").write_text(json.dumps(state))

    @property
    def calls(self) -> list[str]:
        log = self.folder / "calls"
        return log.read_text().splitlines() if log.exists() else []


@pytest.fixture
def debian(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> FakeApt:  # noqa: ARG001
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("apt-get", "dpkg-deb"):
        (folder / name).write_text(f"#!{sys.executable}\n{FAKE_APT.read_text()}")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    apt.resolved.cache_clear()
    apt._refresh.cache_clear()
    fake = FakeApt(folder)
    fake.save()
    return fake


@dataclass
class FakeRegistry:
    """A registry on loopback, and programs that were built; `crane` pushes into a folder."""

    folder: Path
    address: str

    def program(self, name: str, text: str) -> None:
        """A built tool, its folder named by what it was built from."""
        path = self.folder / "tools" / f"{name}-{len(text)}" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
        (self.folder / f"{name}.path").write_text(str(path))

    def binary(self, name: str) -> Path:
        return Path((self.folder / f"{name}.path").read_text())

    @property
    def pushed(self) -> Path:
        return self.binary("crane").parent / "pushed"

    def manifests(self) -> set[str]:
        found = self.pushed.rglob("manifests/*")
        return {str(path.relative_to(self.pushed)).replace("/manifests/", ":") for path in found}

    def forget(self, name: str) -> None:
        (self.pushed / name.replace(":", "/manifests/")).unlink()

    def image(self, name: str) -> Opened:
        """What a node would find in a pushed image."""
        told = (self.pushed / name.replace(":", "/manifests/")).read_text()
        return Opened.from_blobs(self.folder / "images" / "blobs", json.loads(told))


@pytest.fixture
def served(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeRegistry]:
    fake = FakeRegistry(cache, "")

    class Manifests(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            file = fake.pushed / self.path.removeprefix("/v2/")
            self.send_response(200 if file.exists() else 404)
            if file.exists():
                self.send_header("Docker-Content-Digest", json.loads(file.read_text()))
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Manifests)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    fake.address = f"127.0.0.1:{server.server_port}"
    monkeypatch.setattr(registry, "ADDRESS", fake.address)
    monkeypatch.setattr(tools, "binary", fake.binary)
    built: Callable[..., None] = lambda *_: None  # noqa: E731 - typed
    monkeypatch.setattr(tools, "build", built)
    fake.program("crane", f"#!{sys.executable}\n{FAKE_CRANE}")
    yield fake
    server.shutdown()
    server.server_close()
