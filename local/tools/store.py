"""Where built tools lie: one folder per tool and pin, complete or absent."""

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from local import paths
from local.tools import golang
from local.tools.profiles import TOOLS
from local.tools.table import Tool

LOCKS = Path(__file__).parent.parent / "modules"


def home(tool: Tool) -> Path:
    """The folder of a tool's programs, whether it is there or not."""
    return paths.CACHE / "tools" / f"{tool.name}-{key(tool)}"


def built(tool: Tool) -> bool:
    """Whether the tool is there; a folder appears only when it is complete."""
    return home(tool).is_dir()


def log(tool: Tool) -> Path:
    """The log of the tool's last build."""
    return paths.CACHE / "logs" / f"{tool.name}.log"


def lock_module(tool: Tool) -> Path | None:
    """Our go.mod and go.sum for the tool, if it needs them."""
    return LOCKS / tool.lock if tool.lock else None


def key(tool: Tool) -> str:
    """What the build depends on, shortened: pins, flags, lock files, tools beside it."""
    pins = asdict(tool) | {"seconds": 0, "megabytes": 0, "packages": ()}
    digest = hashlib.sha256(json.dumps(pins, sort_keys=True).encode())
    digest.update(f"{golang.FLAGS} {golang.LINK}".encode())
    lock = lock_module(tool)
    for file in sorted(lock.iterdir()) if lock else ():
        digest.update(file.read_bytes())
    for name in tool.includes:
        digest.update(key(TOOLS[name]).encode())
    return digest.hexdigest()[:12]


@contextmanager
def alone(tool: Tool, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the tool's lock: one build at a time on the machine; the kernel frees it on a crash."""
    folder = paths.CACHE / "tools"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f".{tool.name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def workshop(tool: Tool) -> Iterator[Path]:
    """A folder to build in; its `out` becomes the tool at the end, all at once or not at all."""
    folder = paths.CACHE / "tools"
    for remains in folder.glob(f".{tool.name}.*.partial"):
        shutil.rmtree(remains, ignore_errors=True)
    work = Path(tempfile.mkdtemp(prefix=f".{tool.name}.", suffix=".partial", dir=folder))
    try:
        for part in ("out", "tmp"):
            (work / part).mkdir()
        yield work
        (work / "out").rename(home(tool))
    finally:
        shutil.rmtree(work, ignore_errors=True)


def link(source: Path, into: Path) -> None:
    """Put every program of one folder into another without a second copy."""
    for file in source.iterdir():
        if file.is_file():
            os.link(file, into / file.name)
