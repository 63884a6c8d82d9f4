"""Debian packages without installing them: apt resolves and fetches, dpkg-deb unpacks.

Our apt has folders of its own; mirrors, proxies, credentials and keys are the machine's.
"""

import re
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO

from local import paths
from local.errors import EngineError

SUITE = "trixie"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
MERGED = ("bin/", "lib/", "lib64/", "sbin/")
"""Folders that are links into /usr by now."""


@cache
def resolved(names: tuple[str, ...]) -> Mapping[str, str]:
    """The packages and all that they need on an empty machine: name → version."""
    _refresh()
    said = _apt_get("install", "--simulate", *names)
    return dict(re.findall(r"^Inst (\S+) \((\S+)", said, re.MULTILINE))


def fetched(versions: Mapping[str, str]) -> list[Path]:
    """The packages' files, in order of their names; those that are missing are downloaded."""
    missing = [f"{name}={version}" for name, version in versions.items() if not _deb(name, version)]
    if missing:
        _refresh()
        with tempfile.TemporaryDirectory(dir=_home()) as folder:
            # `download` resolves nothing, checks every checksum and writes where it stands.
            _apt_get("download", *missing, folder=Path(folder))
            for new in Path(folder).glob("*.deb"):
                new.rename(_archives() / new.name)
    return [deb for name in sorted(versions) if (deb := _deb(name, versions[name]))]


def members(deb: Path) -> Iterator[tuple[tarfile.TarInfo, IO[bytes] | None]]:
    """All that a package holds: each member, named from the root, with its content."""
    with _unpacking(deb) as stream, tarfile.open(mode="r|", fileobj=stream) as tar:
        for info in tar:
            plain = info.name.removeprefix("./")
            info.name = f"usr/{plain}" if plain.startswith(MERGED) else plain
            yield info, tar.extractfile(info) if info.isreg() else None


def unpack(deb: Path, root: Path) -> None:
    """Unpack a package under a folder of the host."""
    root.mkdir(parents=True, exist_ok=True)
    _run(["dpkg-deb", "--extract", str(deb), str(root)])


def sources() -> list[str]:
    """The suite, from the mirrors that the machine itself takes Debian from."""
    mirrors = _mirrors()
    if "Debian" not in mirrors:
        _run(["apt-get", "update"])  # a fresh machine has no lists yet
        mirrors = _mirrors()
    if "Debian" not in mirrors:
        raise EngineError(
            "apt knows no Debian mirror on this machine; name one under /etc/apt/sources.list.d"
        )
    suites = {"Debian": (SUITE, f"{SUITE}-updates"), "Debian-Security": (f"{SUITE}-security",)}
    return [
        f"deb [signed-by={KEYRING}] {mirrors[label]} {suite} main"
        for label, named in suites.items()
        if label in mirrors
        for suite in named
    ]


def _mirrors() -> dict[str, str]:
    wanted = ("--format", "$(LABEL)\t$(REPO_URI)", "Created-By: Packages")
    said = _run(["apt-get", "indextargets", *wanted])
    return dict(line.split("\t", 1) for line in said.splitlines())


@cache
def _refresh() -> None:
    """Fetch the lists of packages, once a run."""
    for folder in (_archives() / "partial", _home() / "lists" / "partial"):
        folder.mkdir(parents=True, exist_ok=True)
    (_home() / "status").touch()
    (_home() / "sources.list").write_text("".join(f"{line}\n" for line in sources()))
    (_home() / "apt.conf").write_text(_configuration(_home()))
    _apt_get("update")


def _configuration(home: Path) -> str:
    """None of the machine's packages, pins or hooks; absent lists are an error, not a warning."""
    return f"""\
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear APT::Default-Release;
APT::Update::Error-Mode "any";
APT::Sandbox::User "root";
APT::Install-Recommends "false";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
Dir::Cache "{home}";
Dir::State "{home}";
Dir::State::status "{home}/status";
Dir::Etc::sourcelist "{home}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
"""


def _home() -> Path:
    return paths.CACHE / "debian"


def _archives() -> Path:
    return _home() / "archives"


def _deb(name: str, version: str) -> Path | None:
    return next(_archives().glob(f"{name}_{version.replace(':', '%3a')}_*.deb"), None)


@contextmanager
def _unpacking(deb: Path) -> Iterator[IO[bytes]]:
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None  # noqa: S101 - asked for above
        yield process.stdout
        process.stdout.read()  # the padding after the last member
    if process.returncode:
        raise EngineError(f"{deb} cannot be unpacked; delete it and run again")


def _apt_get(*arguments: str, folder: Path | None = None) -> str:
    return _run(["apt-get", "-c", str(_home() / "apt.conf"), "-q", *arguments], folder)


def _run(command: list[str], folder: Path | None = None) -> str:
    """What a command said; when it failed, its first complaint and where the others are."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise EngineError(
            f"{command[0]} is missing; images of Debian packages are made on a Debian-like machine"
        ) from None
    if done.returncode:
        log = _home() / "apt.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
        errors = [line[3:] for line in done.stderr.splitlines() if line.startswith("E: ")]
        reason = errors[0] if errors else f"exit {done.returncode}"
        raise EngineError(f"{Path(command[0]).name} failed: {reason} (log: {log})")
    return done.stdout
