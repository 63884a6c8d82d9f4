"""Images as files: an OCI layout per image, over one store of blobs."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from local import paths
from local.images.layers import Layer
from local.images.table import Image
from local.images.tar import Blob, written

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
INDEX = "application/vnd.oci.image.index.v1+json"


def home() -> Path:
    """Where layers and layouts are kept."""
    return paths.CACHE / "images"


@dataclass(frozen=True)
class Kept:
    """A layer in the store, and the versions of the packages in it."""

    blob: Blob
    versions: dict[str, str]


def kept(layer: Layer) -> Kept | None:
    """The layer, if it was made before."""
    record = _record(layer)
    if not record.exists():
        return None
    read = json.loads(record.read_text())
    found = Kept(Blob(**read["blob"]), read["versions"])
    return found if _blob(found.blob.digest).exists() else None


def make(layer: Layer) -> Kept:
    """Write the layer into the store. Interrupted, it leaves nothing that counts."""
    record = _record(layer)  # before reading: a later change is another layer
    partial = home() / "partial"
    partial.parent.mkdir(parents=True, exist_ok=True)
    with written(partial) as (tar, blob):
        versions = layer.pour(tar)
    made = Kept(blob[0], versions)
    final = _blob(made.blob.digest)
    final.parent.mkdir(parents=True, exist_ok=True)
    partial.rename(final)
    write(record, json.dumps(asdict(made), indent=1).encode())
    return made


def layout(image: Image, blobs: list[Blob]) -> Path:
    """A folder that `crane push` understands. Its bytes depend on the image alone."""
    config = _store(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": {
                "User": image.user,
                "Env": [f"{name}={value}" for name, value in _env(image).items()],
                "Entrypoint": list(image.entrypoint),
                "Cmd": list(image.command),
                "WorkingDir": image.folder,
            },
            "rootfs": {"type": "layers", "diff_ids": [blob.diff_id for blob in blobs]},
        }
    )
    manifest = _store(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": config | {"mediaType": CONFIG},
            "layers": [
                {"mediaType": LAYER, "digest": blob.digest, "size": blob.size} for blob in blobs
            ],
        }
    )
    folder = home() / "layouts" / image.repository.replace("/", "_")
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "blobs").is_symlink():
        (folder / "blobs").symlink_to(home() / "blobs")
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [manifest]}
    write(folder / "oci-layout", b'{"imageLayoutVersion": "1.0.0"}')
    write(folder / "index.json", json.dumps(index).encode())
    return folder


def digest(folder: Path) -> str:
    """What a registry calls the image in a layout."""
    index = json.loads((folder / "index.json").read_text())
    return str(index["manifests"][0]["digest"])


def write(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.partial")
    partial.write_bytes(content)
    partial.rename(path)


def _env(image: Image) -> dict[str, str]:
    return {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"} | dict(image.env)


def _store(document: dict[str, Any]) -> dict[str, Any]:
    """Keep a document as a blob; how a manifest names it."""
    content = json.dumps(document, sort_keys=True).encode()
    name = f"sha256:{hashlib.sha256(content).hexdigest()}"
    write(_blob(name), content)
    return {"mediaType": MANIFEST, "digest": name, "size": len(content)}


def _blob(name: str) -> Path:
    return home() / "blobs" / "sha256" / name.removeprefix("sha256:")


def _record(layer: Layer) -> Path:
    return home() / "layers" / f"{layer.key()}.json"
