import io
import json
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass
class Opened:
    """An image as a node sees it."""

    config: dict[str, Any]
    layers: list[dict[str, str]]
    """Path → text (a link: → target), of each layer."""
    digests: list[str]

    @classmethod
    def from_blobs(cls, blobs: Path, digest: str) -> "Opened":
        def blob(name: str) -> bytes:
            return (blobs / name.replace(":", "/")).read_bytes()

        manifest = json.loads(blob(digest))
        digests = [layer["digest"] for layer in manifest["layers"]]
        return cls(
            config=json.loads(blob(manifest["config"]["digest"])),
            layers=[contents(blob(layer)) for layer in digests],
            digests=digests,
        )

    @property
    def files(self) -> dict[str, str]:
        return {path: text for layer in self.layers for path, text in layer.items()}


def contents(layer: bytes) -> dict[str, str]:
    """The files and links of a layer."""
    with tarfile.open(fileobj=io.BytesIO(layer)) as tar:
        found = {}
        for info in tar:
            content = tar.extractfile(info) if info.isreg() else None
            if content:
                found[info.name] = content.read().decode()
            elif info.issym():
                found[info.name] = f"-> {info.linkname}"
        return found
