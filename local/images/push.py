"""To a registry: `crane` pushes, plain HTTP asks the local one what it has."""

import http.client
import subprocess
from pathlib import Path

from local import tools
from local.errors import EngineError
from local.images.oci import MANIFEST

SECONDS = 60


def push(layout: Path, reference: str) -> None:
    """Push an image; blobs that the registry has are not sent again."""
    done = subprocess.run(
        [tools.binary("crane"), "push", layout, reference],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["crane failed"]
        raise EngineError(f"{reference} could not be pushed: {said[-1]}")


def served(address: str, repository: str, tag: str) -> str | None:
    """The digest under which the local registry serves a tag, if it does."""
    connection = http.client.HTTPConnection(address, timeout=SECONDS)
    try:
        path = f"/v2/{repository}/manifests/{tag}"
        connection.request("HEAD", path, headers={"Accept": MANIFEST})
        return connection.getresponse().getheader("Docker-Content-Digest")
    except OSError as problem:
        raise EngineError(
            f"the registry at {address} does not answer ({problem}); `make up` starts it"
        ) from problem
    finally:
        connection.close()
