"""The images of every profile: the core table, and what further parts run."""

from pathlib import Path

from local.images.layers import Folder, Layer, Program, Users, layer
from local.images.python import Python, Wheels
from local.images.table import BASE, BASE_PACKAGES, Image
from local.images.table import IMAGES as CORE

ROOT = Path(__file__).parents[2]

SERVER = 10002
"""Whom the servers below run as where nothing else is said."""


def python(user: str, home: str) -> Layer:
    """Debian's interpreter over the base, and one user."""
    return layer(Python(above=BASE_PACKAGES), Users(((user, SERVER, SERVER, home),)))


_FURTHER = (
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

PROFILES = ("core", *sorted({image.profile for image in _FURTHER}), "all")
"""Names for several images at once."""
