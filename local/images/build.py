"""Makes the images that are out of date and puts them into a registry."""

import errno
import fcntl
import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from local import paths, progress, registry, tools
from local.errors import EngineError
from local.images import oci, push
from local.images.layers import short
from local.images.profiles import ALSO, IMAGES, PROFILES
from local.images.table import Image

DISK_MB = 1500
"""What all images take while they are made: packages, layers, the registry's copy."""


def build(names: Sequence[str] = ()) -> None:
    """Make the named images or profiles (default: core) and put them into the local registry."""
    wanted = chosen(names)
    tools.build("crane", *(program for image in wanted for program in image.programs))
    with locked():
        stale = [image for image in wanted if not current(image, registry.address())]
        steps = progress.Progress({image.name: image.seconds for image in stale})
        for image in stale:
            with steps.step(image.name):
                publish(image, f"{registry.address()}/{image.repository}:{image.tag}")


def report(names: Sequence[str] = ()) -> str:
    """A table of what made images weigh: on the wire, and on a node's disk."""
    rows: list[tuple[str, ...]] = [("image", "compressed", "unpacked")]
    for image in chosen(names):
        read = json.loads(_record(image).read_text())
        rows.append((image.name, _megabytes(read["size"]), _megabytes(read["unpacked"])))
    return progress.table(rows)


def chosen(names: Sequence[str]) -> list[Image]:
    """Images by their short names or by profiles, each once."""
    known = (*PROFILES, *IMAGES)
    unknown = [name for name in names if name not in known]
    if unknown:
        raise EngineError(f"no image is called {unknown[0]!r}; there are: {', '.join(known)}")
    members = dict.fromkeys(member for name in names or ("core",) for member in _members(name))
    return [IMAGES[member] for member in members]


def _members(name: str) -> Iterator[str]:
    """One image, or those of a profile: core's are in every one of them."""
    if name in IMAGES:
        yield name
        return
    for member, image in IMAGES.items():
        if name == "all" or image.profile in {"core", name} or member in ALSO.get(name, ()):
            yield member


def current(image: Image, address: str) -> str:
    """The digest of what the local registry serves, if that is what would be made; else empty."""
    served = push.served(address, image.repository, image.tag)
    record = _record(image)
    if not served or not record.exists():
        return ""
    read = json.loads(record.read_text())
    return served if (read["key"], read["digest"]) == (key(image), served) else ""


def publish(image: Image, reference: str) -> str:
    """Make what is missing of an image and push it; its digest."""
    made_from = key(image)  # before reading: what changes meanwhile is made again next time
    layers = [oci.kept(layer) or oci.make(layer) for layer in image.layers]
    for layer in layers:
        check_version(image, layer.versions)
    folder = oci.layout(image, [layer.blob for layer in layers])
    push.push(folder, reference)
    record = {
        "key": made_from,
        "digest": oci.digest(folder),
        "size": sum(layer.blob.size for layer in layers),
        "unpacked": sum(layer.blob.unpacked for layer in layers),
    }
    oci.write(_record(image), json.dumps(record, indent=1).encode())
    return oci.digest(folder)


def check_version(image: Image, versions: dict[str, str]) -> None:
    """Hold a Debian package against the tag that names it.

    A stable release of Debian has one version of a program and mends it by newer patch versions.
    Such a step must not stop a machine from coming up next month, so it is said and goes on: the
    image is newer than its name. Another major version is another program, and does stop it.
    """
    if image.debian not in versions:
        return
    packaged = versions[image.debian].split(":")[-1].split("+")[0].split("-")[0]
    named = image.tag.split("-")[0]
    if packaged.split(".")[0] != named.split(".")[0]:
        raise EngineError(
            f"{image.name}: Debian's {image.debian} is {packaged}; name that version in "
            "local/images/table.py and components/versions.py"
        )
    if packaged != named and not packaged.startswith(f"{named}."):
        print(f"{image.name} holds {packaged}: Debian moved on, its name can follow", flush=True)


def key(image: Image) -> str:
    """All that the image depends on but its name."""
    config = (image.user, image.entrypoint, image.command, image.env, image.folder)
    return short("\n".join((repr(config), *(layer.key() for layer in image.layers))))


@contextmanager
def locked() -> Iterator[None]:
    """One run at a time: a second one waits, and finds the work done. A full disk is said."""
    oci.home().mkdir(parents=True, exist_ok=True)
    with (oci.home() / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("another run makes images: waiting for it", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield
        except OSError as problem:
            if problem.errno != errno.ENOSPC:
                raise
            free = shutil.disk_usage(paths.CACHE).free // 1_000_000
            raise EngineError(
                f"the disk of {paths.CACHE} is full ({free} MB free); all images need {DISK_MB} MB"
            ) from problem


def _record(image: Image) -> Path:
    return oci.home() / "records" / f"{image.repository.replace('/', '_')}.json"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
