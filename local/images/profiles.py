"""The images of every profile: the core table, and what further parts run."""

from collections.abc import Mapping
from pathlib import Path

from local.images.debian import Packages
from local.images.layers import Folder, Layer, Program, Text, Users, layer
from local.images.python import Python, Wheels
from local.images.table import BASE, BASE_PACKAGES, NONROOT, STATIC, Image
from local.images.table import IMAGES as CORE

ROOT = Path(__file__).parents[2]

SERVER = 10002
"""Whom the servers below run as where nothing else is said."""


def python(user: str, home: str) -> Layer:
    """Debian's interpreter over the base, and one user."""
    return layer(Python(above=BASE_PACKAGES), Users(((user, SERVER, SERVER, home),)))


def cert_manager(program: str) -> Image:
    """One of cert-manager's programs, under the name of the version that the engine can build."""
    path = f"/app/cmd/{program}/{program}"
    return Image(
        name=f"quay.io/jetstack/cert-manager-{program}:v1.11.5",
        profile="backups",
        layers=(STATIC, layer(Program(program, path))),
        user="1000:1000",
        entrypoint=(path,),
    )


BARMAN = tuple(
    Text(
        f"/usr/local/bin/barman-cloud-{verb}",
        f"#!/usr/bin/python3\nfrom barman.clients.cloud_{module} import main\n\nmain()\n",
        0o755,
    )
    for verb, module in (
        ("backup", "backup"),
        ("backup-delete", "backup_delete"),
        ("backup-keep", "backup_keep"),
        ("backup-list", "backup_list"),
        ("backup-show", "backup_show"),
        ("check-wal-archive", "check_wal_archive"),
        ("restore", "restore"),
        ("wal-archive", "walarchive"),
        ("wal-restore", "walrestore"),
    )
)
"""The programs that Barman's package would have installed, and the plugin calls."""

_FURTHER = (
    *map(cert_manager, ("controller", "webhook", "cainjector")),
    Image(
        name="ghcr.io/cloudnative-pg/plugin-barman-cloud:v0.14.0",
        profile="backups",
        layers=(STATIC, layer(Program("plugin-barman-cloud", "/manager"))),
        user=NONROOT,
        entrypoint=("/manager",),
    ),
    Image(
        # Beside every Postgres: what sends its log, and Barman's programs that do the work.
        # Upstream's has the clouds of Google and Microsoft too.
        name="ghcr.io/cloudnative-pg/plugin-barman-cloud-sidecar:v0.14.0",
        profile="backups",
        seconds=40,
        layers=(
            BASE,
            layer(Python(above=BASE_PACKAGES), Users((("postgres", 26, 26, "/nonexistent"),))),
            layer(Wheels(ROOT / "requirements-barman.lock", "/srv/lib"), *BARMAN),
            layer(Program("plugin-barman-cloud", "/manager")),
        ),
        user="26:26",
        entrypoint=("/manager",),
        env=(
            ("PYTHONPATH", "/srv/lib"),
            ("PYTHONDONTWRITEBYTECODE", "1"),
            ("PYTHONUNBUFFERED", "1"),
        ),
    ),
    Image(
        # A shell: the copier asks it for one round after the other.
        name="docker.io/rclone/rclone:1.60.1",
        profile="backups",
        seconds=8,
        layers=(
            BASE,
            layer(
                Packages(names=("rclone",), above=BASE_PACKAGES),
                Users((("rclone", SERVER, SERVER, "/nonexistent"),)),
            ),
        ),
        user=f"{SERVER}:{SERVER}",
        entrypoint=("rclone",),
        debian="rclone",
    ),
    Image(
        name="ghcr.io/versity/versitygw:v1.8.0",
        profile="mlops",
        seconds=6,
        # A shell: accounts are put together from files when it starts.
        layers=(
            BASE,
            layer(
                Users((("versitygw", SERVER, SERVER, "/data"),)),
                Folder("/data", 0o755, SERVER),
            ),
            layer(Program("versitygw", "/usr/local/bin/versitygw")),
        ),
        user=f"{SERVER}:{SERVER}",
        entrypoint=("/usr/local/bin/versitygw",),
        folder="/data",
    ),
    Image(
        # Upstream's with the drivers of databases and object stores in it
        name="ghcr.io/mlflow/mlflow:v3.17.2-full",
        profile="mlops",
        seconds=180,
        layers=(
            BASE,
            python("mlflow", "/srv"),
            layer(Wheels(ROOT / "requirements-mlflow.lock", "/srv/lib")),
        ),
        user=f"{SERVER}:{SERVER}",
        env=(
            ("PYTHONPATH", "/srv/lib"),
            ("PYTHONDONTWRITEBYTECODE", "1"),
            ("PYTHONUNBUFFERED", "1"),
        ),
        folder="/srv",
    ),
)

IMAGES = CORE | {image.repository.rsplit("/", 1)[-1]: image for image in _FURTHER}
"""By the last part of the name: `coredns`, `mlflow` …"""

ALSO: Mapping[str, tuple[str, ...]] = {"backups": ("versitygw",)}
"""Images of another profile that one needs too."""

PROFILES = ("core", *sorted({image.profile for image in _FURTHER}), "all")
"""Names for several images at once."""
