"""Our own images, the service's and its trainer's, for the local registry or for any other one."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from local import registry as ours
from local import tools
from local.images import build as images
from local.images.debian import Packages
from local.images.layers import Layer, Users, layer
from local.images.python import PACKAGES, Python, Tree, Wheels
from local.images.table import BASE, BASE_PACKAGES, Image
from local.progress import Progress

ROOT = Path(__file__).parents[2]
RESULT = ROOT / "build" / "image.json"
REPOSITORY = "bulwark/fraud"


def build(registry: str = "", name: str = "service") -> str:
    """Make and push an image, and say where: the reference, which the stack reads too."""
    address = registry.rstrip("/") or ours.address()
    tools.build("crane")
    with images.locked():
        image = OURS[name](address)
        digest = images.current(image, address) if address == ours.address() else ""
        if not digest:
            with Progress({image.repository: image.seconds}).step(image.repository):
                digest = images.publish(image, image.name)
    reference = f"{image.name}@{digest}"
    result = RESULT if name == "service" else RESULT.with_name(f"{name}.json")
    result.parent.mkdir(exist_ok=True)
    result.write_text(json.dumps({"image": reference}, indent=2) + "\n")
    return reference


def service(registry: str) -> Image:
    """What serves: the few packages that a decision needs."""
    return _image(registry, REPOSITORY, layer(Wheels(ROOT / "requirements-app.lock", "/srv/lib")))


def trainer(registry: str) -> Image:
    """What trains: the same code on a lock of its own, with the library that boosters share."""
    below = (*BASE_PACKAGES, *PACKAGES)
    wheels = layer(
        Packages(names=("libgomp1",), above=below),
        Wheels(ROOT / "requirements-trainer.lock", "/srv/lib"),
    )
    return _image(registry, f"{REPOSITORY}-trainer", wheels)


OURS: Mapping[str, Callable[[str], Image]] = {"service": service, "trainer": trainer}


def _image(registry: str, repository: str, wheels: Layer) -> Image:
    """What changes most often lies on top, so that a change of code moves little."""
    image = Image(
        name=f"{registry}/{repository}:unnamed",
        layers=(
            BASE,
            layer(Python(above=BASE_PACKAGES), Users((("fraud", 10001, 10001, "/srv"),))),
            wheels,
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
    return replace(image, name=f"{registry}/{repository}:{images.key(image)}")
