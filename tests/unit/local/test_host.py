import os
from pathlib import Path

import pytest

from local import host
from local.errors import EngineError


class Debian:
    """A machine with a fake apt-get and dpkg-query on PATH, and nothing else."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.calls = folder / "calls"
        self.has(())
        self.apt_get("exit 0")

    def has(self, packages: tuple[str, ...]) -> None:
        known = "|".join(packages) or "none"
        answer = f'case "$4" in {known}) printf "install ok installed";; *) exit 1;; esac'
        self._script("dpkg-query", answer)

    def apt_get(self, script: str) -> None:
        self._script("apt-get", f'echo "$*" >> {self.calls}\n{script}')

    def asked(self) -> list[str]:
        return self.calls.read_text().splitlines() if self.calls.exists() else []

    def _script(self, name: str, text: str) -> None:
        (self.folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (self.folder / name).chmod(0o755)


@pytest.fixture
def debian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Debian:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return Debian(tmp_path)


def test_apt_is_not_asked_for_what_is_there(debian: Debian) -> None:
    debian.has(("gcc", "pkg-config"))
    host.install("gcc", "pkg-config")

    assert debian.asked() == []


def test_only_what_is_missing_is_installed(debian: Debian) -> None:
    debian.has(("gcc",))
    host.install("gcc", "pkg-config")

    assert debian.asked() == ["install -qq -y --no-install-recommends pkg-config"]


def test_the_lists_are_updated_once_when_a_package_is_not_found(debian: Debian) -> None:
    debian.apt_get(
        f'case "$1" in update) : > {debian.folder}/fresh;; '
        f"install) [ -e {debian.folder}/fresh ];; esac"
    )
    host.install("gcc")

    assert [call.split()[0] for call in debian.asked()] == ["install", "update", "install"]


def test_a_failure_tells_what_apt_said_last(debian: Debian) -> None:
    debian.apt_get('echo "E: Unable to locate package gcc" >&2; exit 100')

    with pytest.raises(EngineError, match="could not install gcc: E: Unable to locate package gcc"):
        host.install("gcc")


def test_without_root_the_command_for_it_is_shown(
    debian: Debian, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    with pytest.raises(EngineError, match="not root, so run `sudo apt-get install gcc`"):
        host.install("gcc")
    assert debian.asked() == []


def test_another_kind_of_machine_is_told_what_to_install(debian: Debian) -> None:
    (debian.folder / "apt-get").unlink()

    with pytest.raises(EngineError, match="packages missing: gcc; this is no Debian-like machine"):
        host.install("gcc")
