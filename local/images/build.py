import fcntl
import json
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from local import progress, registry, tools
from local.errors import EngineError
from local.images import oci, push
from local.images.layers import short
from local.images.table import IMAGES, Image
from local.paths import CACHE

RECORDS = oci.HOME / "records"
DISK_MB = 3000
"""What all images take while they are made: packages, layers, the registry's copy."""


def build(names: Sequence[str] = ()) -> None:
    """Make the named images (all by default) and put them into the local registry."""
    wanted = chosen(names)
    tools.build("crane", *(program for image in wanted for program in image.programs))
    with locked():
        stale = [image for image in wanted if not current(image, registry.address())]
        if stale:
            enough_disk()
        for image in stale:
            started = time.monotonic()
            publish(image, f"{registry.address()}/{image.repository}:{image.tag}")
            print(f"  {image.name}  {time.monotonic() - started:.1f} s", flush=True)
    print(progress.table(sizes(wanted)))


def chosen(names: Sequence[str]) -> list[Image]:
    """Images by their short names."""
    unknown = sorted(set(names) - set(IMAGES))
    if unknown:
        raise EngineError(f"no image named {', '.join(unknown)}; there are {', '.join(IMAGES)}")
    return [IMAGES[name] for name in names] or list(IMAGES.values())


def current(image: Image, address: str) -> str:
    """The digest of what the local registry serves, if that is what would be made; else empty."""
    served = push.served(address, image.repository, image.tag)
    record = _record(image)
    if not served or not record.exists():
        return ""
    read = json.loads(record.read_text())
    return served if (read["key"], read["digest"]) == (key(image), served) else ""


def publish(image: Image, reference: str) -> str:
    """Make what is missing of an image and push it; its digest in the registry."""
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
    RECORDS.mkdir(parents=True, exist_ok=True)
    _record(image).write_text(json.dumps(record, indent=1))
    return oci.digest(folder)


def check_version(image: Image, versions: dict[str, str]) -> None:
    """Hold a Debian package against the tag that names it.

    Debian's stable release fixes faults by newer patch versions, and only ever has one. Such a
    step must not stop a machine from coming up next month, so it is said and goes on: the image
    is newer than its name. Another major version is another program, and does stop it.
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
        print(f"  {image.name} holds {packaged}: Debian moved on, its name can follow", flush=True)


def key(image: Image) -> str:
    """All that the image depends on but its name."""
    config = (image.user, image.entrypoint, image.command, image.env, image.folder)
    return short("\n".join((repr(config), *(layer.key() for layer in image.layers))))


def sizes(images: Sequence[Image]) -> list[tuple[str, ...]]:
    """A table of what is sent and what is unpacked."""
    rows: list[tuple[str, ...]] = [("image", "compressed", "unpacked")]
    for image in images:
        record = json.loads(_record(image).read_text())
        rows.append((image.name, _megabytes(record["size"]), _megabytes(record["unpacked"])))
    return rows


@contextmanager
def locked() -> Iterator[None]:
    """One at a time: a second run waits, and finds the work done."""
    oci.HOME.mkdir(parents=True, exist_ok=True)
    with (oci.HOME / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("images are being made by another run; waiting for it", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def enough_disk() -> None:
    """Say early that the disk is short."""
    free = shutil.disk_usage(CACHE).free // 1_000_000
    if free < DISK_MB:
        raise EngineError(f"{CACHE} has {free} MB free, images need {DISK_MB} MB; free some")


def _record(image: Image) -> Path:
    return RECORDS / f"{image.repository.replace('/', '_')}.json"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
