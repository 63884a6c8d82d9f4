"""Builds one tool, whole, into its folder."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from local.errors import EngineError
from local.tools import chart, golang, store
from local.tools.profiles import TOOLS
from local.tools.table import Tool

RELEASES = "releases"
"""The folder, beside a tool's programs, of what a stack applies."""


def ensure(tool: Tool, waiting: Callable[[], None]) -> None:
    """Build the tool unless it is there, or another run builds it meanwhile."""
    try:
        with store.alone(tool, waiting):
            if store.built(tool):
                return
            with store.workshop(tool) as work:
                _build(tool, work)
    except OSError as error:
        raise EngineError(f"{tool.name}: {error.strerror}: {error.filename}") from error
    except EngineError as error:
        raise EngineError(f"{tool.name}: {error}") from error


def _build(tool: Tool, work: Path) -> None:
    lock = _copy_of_lock(tool, work)
    source = golang.fetch(tool.module, tool.version, tool.checksum, lock=lock, folder=work)
    out = work / "out"
    for file in tool.embeds if lock else ():
        _embed(source / file, work / "module", tool.stamp)
    golang.run(
        _command(tool, out),
        folder=lock or source,
        env=golang.environment(cgo=tool.cgo) | {"GOTMPDIR": str(work / "tmp")},
        log=store.log(tool),
    )
    for file in tool.scripts:
        shutil.copyfile(source / file, out / Path(file).name)
        (out / Path(file).name).chmod(0o755)
    releases = out / RELEASES
    if tool.releases or tool.charts:
        releases.mkdir()
    for file in tool.releases:
        shutil.copyfile(source / file, releases / Path(file).name)
    for folder in tool.charts:
        chart.package(source / folder, releases / Path(folder).name, tool.version)
    for name in tool.includes:
        store.link(store.home(TOOLS[name]), out)


def _command(tool: Tool, out: Path) -> list[str]:
    stamps = "".join(f" -X {stamp.format(version=tool.stamp)}" for stamp in tool.stamps)
    target = f"{out}/" if len(tool.programs) > 1 else str(out / next(iter(tool.programs)))
    # Our lock modules lie in a git work tree: its state must not end up in a program.
    command = ["go", "build", "-mod=readonly", "-buildvcs=false", "-tags", tool.tags]
    return [*command, "-ldflags", golang.LINK + stamps, "-o", target, *tool.programs.values()]


def _copy_of_lock(tool: Tool, work: Path) -> Path | None:
    lock = store.lock_module(tool)
    return Path(shutil.copytree(lock, work / "module")) if lock else None


def _embed(file: Path, folder: Path, version: str) -> None:
    """Put a file beside our main.go. A provider serves its schema with the version set."""
    if file.name != "schema.json":
        shutil.copyfile(file, folder / file.name)
        return
    schema = json.loads(file.read_bytes()) | {"version": version}
    (folder / file.name).write_text(json.dumps(schema, separators=(",", ":")))
