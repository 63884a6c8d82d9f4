"""What was asked for: the tools, in order, and whether the machine can build them."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from local import paths
from local.errors import EngineError
from local.progress import duration, size, table
from local.tools import store
from local.tools.profiles import OWNERS, SETS, TOOLS
from local.tools.table import Tool

SPARE_MEGABYTES = 1000
"""What stays free on the disk beside all that is built."""


def resolve(names: Sequence[str]) -> list[Tool]:
    """Tools for names of sets, tools or programs, each once, what is included first."""
    tools: dict[str, Tool] = {}
    for name in names or ("core",):
        for member in SETS.get(name, (name,)):
            tool = TOOLS.get(member) or OWNERS.get(member)
            if tool is None:
                known = ", ".join([*SETS, *TOOLS])
                raise EngineError(f"no tool is called {member!r}; there are: {known}")
            tools |= {included: TOOLS[included] for included in tool.includes}
            tools[tool.name] = tool
    return list(tools.values())


def missing(tools: Sequence[Tool]) -> list[Tool]:
    """Those that are still to be built."""
    return [tool for tool in tools if not store.built(tool)]


def text(tools: Sequence[Tool]) -> str:
    """The plan as a table, with the sum of what is to be done."""
    rows = [("tool", "version", "state", "expected")]
    for tool in tools:
        built = store.built(tool)
        state, expected = ("built", "") if built else ("to build", duration(tool.seconds))
        rows.append((tool.name, tool.stamp, state, expected))
    todo = missing(tools)
    if not todo:
        return f"{table(rows)}\nnothing to build"
    total, disk = duration(sum(tool.seconds for tool in todo)), size(needed(todo))
    return f"{table(rows)}\n{len(todo)} to build: about {total} with empty caches, {disk} of disk"


def needed(tools: Sequence[Tool]) -> int:
    """Megabytes that the builds may take."""
    return sum(tool.megabytes for tool in tools)


def check_disk(tools: Sequence[Tool]) -> None:
    """Refuse to start what would fill the disk."""
    free = shutil.disk_usage(_existing(paths.CACHE)).free / 1e6
    want = needed(tools) + SPARE_MEGABYTES
    if free < want:
        raise EngineError(
            f"disk short: {size(free)} free for {paths.CACHE}, the build needs "
            f"{size(want)}; free some, or set BULWARK_CACHE to a folder on a larger disk"
        )


def _existing(path: Path) -> Path:
    return next(folder for folder in (path, *path.parents) if folder.exists())
