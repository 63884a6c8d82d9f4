"""The registry that serves the engine's images: a process like the others, on one address.

containerd asks it first, whatever registry an image is named after.
"""

import os
from pathlib import Path

import yaml

from local import paths, tools

ADDRESS = "10.76.0.1:5000"
"""On the link between the host and its nodes; no other network reaches it."""


def address() -> str:
    """Where it listens."""
    return ADDRESS


def ensure_config() -> Path:
    """Write its configuration; the path of it."""
    storage = paths.CACHE / "registry"
    storage.mkdir(parents=True, exist_ok=True)
    path = paths.STATE / "registry.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    config = {
        "version": 0.1,
        "log": {"level": "error", "accesslog": {"disabled": True}},
        "storage": {
            "filesystem": {"rootdirectory": str(storage)},
            "delete": {"enabled": True},
        },
        "http": {"addr": address()},
    }
    path.write_text(yaml.safe_dump(config, sort_keys=False))
    return path


def command() -> list[str]:
    """What the supervisor runs. Without the variable it looks for a collector of its traces."""
    return [
        "env",
        "OTEL_TRACES_EXPORTER=none",
        os.fspath(tools.binary("registry")),
        "serve",
        os.fspath(ensure_config()),
    ]
