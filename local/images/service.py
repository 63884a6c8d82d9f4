"""The image of the fraud service, for the local registry or for any other one."""

import json
from dataclasses import replace
from pathlib import Path

from local import registry as ours
from local import tools
from local.images import build as images
from local.images.layers import Users, layer
from local.images.python import Python, Tree, Wheels
from local.images.table import BASE, BASE_PACKAGES, Image
from local.progress import Progress

ROOT = Path(__file__).parents[2]
RESULT = ROOT / "build" / "image.json"
REPOSITORY = "bulwark/fraud"


def build(registry: str = "") -> str:
    """Make and push the image, and say where: the reference, which the stack reads too."""
    address = registry.rstrip("/") or ours.address()
    tools.build("crane")
    with images.locked():
        image = service(address)
        digest = images.current(image, address) if address == ours.address() else ""
        if not digest:
            with Progress({REPOSITORY: image.seconds}).step(REPOSITORY):
                digest = images.publish(image, image.name)
    reference = f"{image.name}@{digest}"
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps({"image": reference}, indent=2) + "\n")
    return reference


def service(registry: str) -> Image:
    """The image: what changes most often lies on top, so that a change of code moves little."""
    image = Image(
        name=f"{registry}/{REPOSITORY}:unnamed",
        layers=(
            BASE,
            layer(Python(above=BASE_PACKAGES), Users((("fraud", 10001, 10001, "/srv"),))),
            layer(Wheels(ROOT / "requirements-app.lock", "/srv/lib")),
            layer(Tree(ROOT / "app", "/srv/app")),
        ),
        user="10001:10001",
        entrypoint=("python", "-m", "app"),
        env=(
            ("PYTHONPATH", "/srv:/srv/lib"),
            ("PYTHONDONTWRITEBYTECODE", "1"),
            ("PYTHONUNBUFFERED", "1"),
            ("ORT_DISABLE_TELEMETRY", "1"),  # ONNX Runtime reports to its maker otherwise
        ),
        folder="/srv",
        seconds=60,
    )
    # Named by its content: the same code is the same image on every machine.
    return replace(image, name=f"{registry}/{REPOSITORY}:{images.key(image)}")
