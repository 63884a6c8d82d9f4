"""Debian packages as layers, without installing them: apt resolves and fetches, dpkg-deb unpacks.

No package's scripts run, so nothing needs root, a chroot or a daemon; what a script would have made
(users, certificates, compiled Python) is a source of its own. The mirrors, proxies and keys are the
machine's own.
"""

import re
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import IO

from local.errors import EngineError
from local.images.tar import Tar
from local.paths import CACHE

SUITE = "trixie"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
HOME = CACHE / "debian"
ARCHIVES = HOME / "archives"

MERGED = ("bin/", "lib/", "lib64/", "sbin/")

INSTALLING = (
    "adduser",
    "base-passwd",
    "debconf",
    "init-system-helpers",
    "libdebconfclient0",
    "libsemanage*",
    "libsepol*",
    "locales",
    "libc-l10n",
    "login.defs",
    "lib*-perl",
    "libgdbm*",
    "libperl*",
    "openssl",
    "passwd",
    "perl*",
    "procps",
    "libproc2-0",
    "sensible-utils",
    "ssl-cert",
    "sysvinit-utils",
    "ucf",
)
"""Packages that serve to install or to administrate a machine; a container does neither."""

UNREAD = (
    "usr/share/doc/*[!t]",
    "usr/share/info/*",
    "usr/share/lintian/*",
    "usr/share/locale/*",
    "usr/share/gcc/*",
    "usr/share/man/*",
    "usr/share/postgresql/*/man/*",
    "usr/share/bug/*",
    "usr/share/bash-completion/*",
    "usr/share/doc-base/*",
    "usr/share/debconf/*",
    "usr/lib/*/gconv/*",
    "usr/lib/systemd/*",
    "etc/init.d/*",
    "etc/cron*",
    "var/cache/*",
)
"""Files that nobody reads in a container. Copyright notes stay."""


@dataclass(frozen=True, kw_only=True)
class Packages:
    """Packages with all that they depend on, less what layers below already have."""

    names: tuple[str, ...]
    above: tuple[str, ...] = ()
    """Packages of the layers below."""
    without: tuple[str, ...] = ()
    """Dependencies that this use does without (patterns of package names)."""
    leaving: tuple[str, ...] = ()
    """Files that this use does without (patterns of paths)."""

    def key(self) -> str:
        """The names, not the versions: what is built stays until the definition changes."""
        return repr((SUITE, self, INSTALLING, UNREAD))

    def pour(self, tar: Tar) -> dict[str, str]:
        """Unpack every package into the layer."""
        below = resolved(self.above) if self.above else {}
        unwanted = (*INSTALLING, *self.without)
        versions = {
            name: version
            for name, version in resolved(self.names + self.above).items()
            if name not in below and not matches(name, unwanted)
        }
        left = (*UNREAD, *self.leaving)
        for deb in fetched(versions):
            for info, content in members(deb):
                if not matches(info.name, left):
                    tar.member(info, content)
        return versions


@dataclass(frozen=True, kw_only=True)
class Pick:
    """Single files of one package, under names of our choice."""

    package: str
    files: tuple[tuple[str, str], ...]
    """From, to."""

    def key(self) -> str:
        """The package and its files."""
        return repr((SUITE, self))

    def pour(self, tar: Tar) -> dict[str, str]:
        """Copy the files out of the package."""
        version = resolved((self.package,))[self.package]
        wanted = dict(self.files)
        (deb,) = fetched({self.package: version})
        for info, content in members(deb):
            target = wanted.get(info.name)
            if target:
                info.name = target
                tar.member(info, content)
        return {self.package: version}


@dataclass(frozen=True)
class Certificates:
    """The certificate authorities that Debian trusts, where OpenSSL and Go look for them."""

    def key(self) -> str:
        """No choice to make."""
        return repr((SUITE, self))

    def pour(self, tar: Tar) -> dict[str, str]:
        """One bundle of all, as the package's script would write it."""
        package = "ca-certificates"
        version = resolved((package,))[package]
        (deb,) = fetched({package: version})
        bundle = b"".join(
            content.read()
            for info, content in members(deb)
            if content and info.name.endswith(".crt")
        )
        tar.file("etc/ssl/certs/ca-certificates.crt", bundle)
        tar.link("usr/lib/ssl/cert.pem", "/etc/ssl/certs/ca-certificates.crt")
        return {package: version}


@cache
def resolved(names: tuple[str, ...]) -> Mapping[str, str]:
    """The packages and all that they need on an empty machine: name → version."""
    _refresh()
    said = _apt_get("install", "--simulate", *names)
    return dict(re.findall(r"^Inst (\S+) \((\S+)", said, re.MULTILINE))


def fetched(versions: Mapping[str, str]) -> list[Path]:
    """The packages' files, in order of their names; those that are missing are downloaded."""
    if any(_deb(name, version) is None for name, version in versions.items()):
        _refresh()
        wanted = [f"{name}={version}" for name, version in versions.items()]
        # `download` writes to the current folder, and resolves nothing.
        _apt_get("download", *wanted, folder=ARCHIVES)
    files = [_deb(name, versions[name]) for name in sorted(versions)]
    return [file for file in files if file is not None]


def unpack(deb: Path, root: Path) -> None:
    """Unpack a package under a folder of the host."""
    root.mkdir(parents=True, exist_ok=True)
    _run(["dpkg-deb", "--extract", str(deb), str(root)])


@contextmanager
def _unpacking(deb: Path) -> Iterator[IO[bytes]]:
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None  # noqa: S101 - asked for above
        yield process.stdout
    if process.returncode:
        raise EngineError(f"{deb} cannot be unpacked; delete it and run again")


def members(deb: Path) -> Iterator[tuple[tarfile.TarInfo, IO[bytes] | None]]:
    """All that a package holds: each member, named from the root, with its content."""
    with _unpacking(deb) as stream, tarfile.open(mode="r|", fileobj=stream) as tar:
        for info in tar:
            info.name = _merged(info.name)
            yield info, tar.extractfile(info) if info.isreg() else None


def _merged(name: str) -> str:
    """Where a file lies since /bin, /lib and /sbin are links into /usr."""
    plain = name.removeprefix("./")
    return f"usr/{plain}" if plain.startswith(MERGED) else plain


def _deb(name: str, version: str) -> Path | None:
    return next(ARCHIVES.glob(f"{name}_{version.replace(':', '%3a')}_*.deb"), None)


def matches(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether one of the patterns (`*` reaches over slashes) fits."""
    return any(fnmatch(name, pattern) for pattern in patterns)


@cache
def _refresh() -> None:
    """Fetch the lists of packages, once a run."""
    for folder in (ARCHIVES, HOME / "lists" / "partial", HOME / "archives" / "partial"):
        folder.mkdir(parents=True, exist_ok=True)
    (HOME / "status").touch()
    (HOME / "sources.list").write_text("".join(f"{line}\n" for line in sources()))
    (HOME / "apt.conf").write_text(_CONFIGURATION)
    _apt_get("update")


def sources() -> list[str]:
    """The suite, from the mirrors that the machine itself takes Debian from."""
    said = _run(
        ["apt-get", "indextargets", "--format", "$(LABEL)\t$(REPO_URI)", "Created-By: Packages"]
    )
    mirrors = dict(line.split("\t") for line in said.splitlines())
    if "Debian" not in mirrors:
        raise EngineError(
            "apt knows no Debian mirror on this machine; name one in /etc/apt/sources.list.d and "
            "run `apt-get update`"
        )
    suites = {"Debian": (SUITE, f"{SUITE}-updates"), "Debian-Security": (f"{SUITE}-security",)}
    return [
        f"deb [signed-by={KEYRING}] {mirrors[label]} {suite} main"
        for label, named in suites.items()
        if label in mirrors
        for suite in named
    ]


_CONFIGURATION = f"""\
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear APT::Default-Release;
Dir::State "{HOME}";
Dir::State::status "{HOME}/status";
Dir::Cache "{HOME}";
Dir::Etc::sourcelist "{HOME}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
APT::Sandbox::User "root";
APT::Install-Recommends "false";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
"""
"""An apt of our own: the machine's proxies and credentials, none of its packages, pins or hooks."""


def _apt_get(*arguments: str, folder: Path = HOME) -> str:
    return _run(["apt-get", "-c", str(HOME / "apt.conf"), "-q", *arguments], folder)


def _run(command: list[str], folder: Path | None = None) -> str:
    """What a command said; its own last complaint, when it failed."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise EngineError(
            f"{command[0]} is missing: images of Debian packages need a Debian machine"
        ) from None
    if done.returncode:
        log = HOME / "apt.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(done.stdout + done.stderr)
        errors = [line for line in done.stderr.splitlines() if line.startswith("E: ")] or ["failed"]
        raise EngineError(f"{errors[0].removeprefix('E: ')} ({' '.join(command[-3:])}; {log})")
    return done.stdout
