"""Debian packages as sources of a layer.

No package's scripts run, so nothing needs root, a chroot or a daemon; what a script would have made
(users, certificates, compiled Python) is a source of its own.
"""

from dataclasses import dataclass
from fnmatch import fnmatch

from local.images.apt import SUITE, fetched, members, resolved
from local.images.tar import Tar

INSTALLING = (
    "adduser",
    "base-passwd",
    "debconf",
    "init-system-helpers",
    "libc-l10n",
    "libdebconfclient0",
    "libgdbm*",
    "lib*-perl",
    "libperl*",
    "libproc2-0",
    "libsemanage*",
    "libsepol*",
    "locales",
    "login.defs",
    "openssl",
    "passwd",
    "perl*",
    "procps",
    "sensible-utils",
    "ssl-cert",
    "sysvinit-utils",
    "ucf",
)
"""Packages that serve to install or to administrate a machine; a container does neither."""

UNREAD = (
    "etc/cron*",
    "etc/init.d/*",
    "usr/lib/*/gconv/*",
    "usr/lib/systemd/*",
    "usr/share/bash-completion/*",
    "usr/share/bug/*",
    "usr/share/debconf/*",
    "usr/share/doc-base/*",
    "usr/share/doc/*[!t]",  # all but copyright
    "usr/share/gcc/*",
    "usr/share/info/*",
    "usr/share/lintian/*",
    "usr/share/locale/*",
    "usr/share/man/*",
    "usr/share/postgresql/*/man/*",
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
        """The names, not the versions: what is made stays until the definition changes."""
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
        unread = (*UNREAD, *self.leaving)
        for deb in fetched(versions):
            for info, content in members(deb):
                if not matches(info.name, unread):
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
            if info.name in wanted:
                info.name = wanted[info.name]
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
            # The examples among the documents are no certificates.
            if content and matches(info.name, ("usr/share/ca-certificates/*.crt",))
        )
        tar.file("etc/ssl/certs/ca-certificates.crt", bundle)
        tar.link("usr/lib/ssl/cert.pem", "/etc/ssl/certs/ca-certificates.crt")
        return {package: version}


def matches(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether one of the patterns (`*` reaches over slashes) fits."""
    return any(fnmatch(name, pattern) for pattern in patterns)
