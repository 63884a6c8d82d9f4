"""The images that the engine makes, named as upstream names them, and what is in each.

A tag names the version that upstream would have put in. For a Debian package it is the one that
was current when this was written; see `check_version` in build.py for what happens when Debian
moves on.
"""

from dataclasses import dataclass

from local.images.busybox import Busybox
from local.images.debian import Certificates, Packages, Pick
from local.images.layers import Folder, Layer, Link, Program, Text, Users, layer

NOBODY, NONROOT = "65534:65534", "65532:65532"


@dataclass(frozen=True, kw_only=True)
class Image:
    """What a container starts from."""

    name: str
    """As manifests name it: registry, repository and tag."""
    layers: tuple[Layer, ...]
    user: str = "0:0"
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    folder: str = "/"
    """Where the program starts."""
    debian: str = ""
    """The package whose version the tag names."""
    profile: str = "core"
    """The profile whose parts run it."""
    seconds: int = 5
    """To make it from built tools, measured on 2 cores."""

    @property
    def repository(self) -> str:
        """Without the registry and the tag: where a mirror serves it."""
        return self.name.split("/", 1)[1].rsplit(":", 1)[0]

    @property
    def tag(self) -> str:
        """The version."""
        return self.name.rsplit(":", 1)[1]

    @property
    def programs(self) -> tuple[str, ...]:
        """Built tools that it holds."""
        sources = [source for layer in self.layers for source in layer.sources]
        return tuple(source.name for source in sources if isinstance(source, Program))


STATIC = layer(
    Certificates(),
    Users((("nonroot", 65532, 65532, "/home/nonroot"),)),
    Folder("/tmp", 0o1777),  # noqa: S108 - a folder of the image
)
"""All that a static program may look for."""

BASE_PACKAGES = ("base-files", "coreutils", "dash", "grep", "libc-bin", "netbase", "sed", "tzdata")
BASE = layer(
    Folder("/tmp", 0o1777),  # noqa: S108 - a folder of the image
    Packages(names=BASE_PACKAGES),
    Certificates(),
)
"""A shell with its usual companions, the C library: below every image of Debian packages."""

_VALKEY_ENTRYPOINT = """\
#!/bin/sh
# Options alone, or a configuration file, are for the server; anything else is a command.
case "${1-}" in -* | *.conf) set -- valkey-server "$@" ;; esac
exec "$@"
"""

_IMAGES = (
    # The node
    Image(
        name="registry.k8s.io/pause:3.10.1",
        seconds=9,
        layers=(layer(Pick(package="catatonit", files=(("usr/bin/catatonit", "pause"),))),),
        user="65535:65535",
        entrypoint=("/pause", "-P"),
    ),
    # Cluster base
    Image(
        name="registry.k8s.io/coredns/coredns:v1.15.0",
        seconds=12,
        # Upstream's file capability is for port 53; containerd 2 opens low ports to every pod.
        layers=(STATIC, layer(Program("coredns", "/coredns"))),
        user=NONROOT,
        entrypoint=("/coredns",),
    ),
    Image(
        name="registry.k8s.io/metrics-server/metrics-server:v0.9.0",
        seconds=7,
        layers=(STATIC, layer(Program("metrics-server", "/metrics-server"))),
        user=NOBODY,
        entrypoint=("/metrics-server",),
    ),
    Image(
        name="docker.io/rancher/local-path-provisioner:v0.0.30",
        layers=(
            STATIC,
            layer(Program("local-path-provisioner", "/usr/bin/local-path-provisioner")),
        ),
        command=("local-path-provisioner",),
    ),
    Image(
        name="docker.io/library/busybox:1.37",
        layers=(layer(Busybox(), Users(), Folder("/tmp", 0o1777)),),  # noqa: S108
        command=("sh",),
        debian="busybox-static",
    ),
    # Operators
    Image(
        name="ghcr.io/cloudnative-pg/cloudnative-pg:1.30.0",
        seconds=7,
        layers=(
            STATIC,
            layer(
                Program("manager", "/operator/manager_amd64"),
                Link("/manager", "operator/manager_amd64"),
            ),
        ),
        user=NONROOT,
        entrypoint=("/manager",),
    ),
    Image(
        name="ghcr.io/external-secrets/external-secrets:v0.20.1",
        seconds=12,
        layers=(STATIC, layer(Program("external-secrets", "/bin/external-secrets"))),
        user="65534",
        entrypoint=("/bin/external-secrets",),
    ),
    # Data
    Image(
        name="ghcr.io/cloudnative-pg/postgresql:17.12-minimal-trixie",
        seconds=33,
        layers=(
            BASE,
            layer(
                Packages(
                    names=("postgresql-17",),
                    above=BASE_PACKAGES,
                    # Debian's wrappers for several servers on one machine; the just-in-time
                    # compiler, 130 MB, which Postgres does without where it is absent.
                    without=("postgresql-*common*", "libllvm*", "libz3*"),
                    leaving=(
                        "usr/lib/postgresql/17/lib/bitcode*",
                        "usr/lib/postgresql/17/lib/llvmjit*",
                        "usr/lib/postgresql/17/lib/pgxs*",
                    ),
                ),
                Users((("postgres", 26, 26, "/var/lib/postgresql"),)),
                Folder("/var/lib/postgresql", 0o700, 26),
            ),
        ),
        user="26",
        env=(
            ("PATH", "/usr/lib/postgresql/17/bin:/usr/local/bin:/usr/bin:/usr/sbin"),
            ("LANG", "C.UTF-8"),
        ),
        debian="postgresql-17",
    ),
    Image(
        name="ghcr.io/cloudnative-pg/pgbouncer:1.24.1",
        seconds=8,
        layers=(
            BASE,
            layer(
                Packages(
                    names=("pgbouncer",),
                    above=BASE_PACKAGES,
                    without=("postgresql-*common*",),
                ),
                Link("/usr/bin/pgbouncer", "../sbin/pgbouncer"),  # where CloudNativePG starts it
                Users((("pgbouncer", 998, 996, "/nonexistent"),)),
            ),
        ),
        user="998",
        entrypoint=("/usr/bin/pgbouncer",),
        debian="pgbouncer",
    ),
    Image(
        name="docker.io/valkey/valkey:8.1.1",
        seconds=9,
        layers=(
            BASE,
            layer(
                Packages(names=("valkey-server",), above=BASE_PACKAGES),
                Users((("valkey", 999, 999, "/data"),)),
                Folder("/data", 0o755, 999),
                Text("/usr/local/bin/docker-entrypoint.sh", _VALKEY_ENTRYPOINT, 0o755),
            ),
        ),
        user="999:999",
        entrypoint=("docker-entrypoint.sh",),
        command=("valkey-server",),
        folder="/data",
        debian="valkey-server",
    ),
)

IMAGES = {image.repository.rsplit("/", 1)[-1]: image for image in _IMAGES}
"""By the last part of the name: `coredns`, `postgresql` …"""
