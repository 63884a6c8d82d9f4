"""Settings files for programs of others, written only when they differ."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml


def write(path: Path, text: str, *, mode: int = 0o600) -> Path:
    """The file with this text. Closed to others by default: many of them carry keys."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.touch(mode=mode)
        path.write_text(text)
    path.chmod(mode)
    return path


def write_yaml(path: Path, *documents: Mapping[str, Any]) -> Path:
    """The file with these documents."""
    return write(path, yaml.safe_dump_all(documents, sort_keys=False))
