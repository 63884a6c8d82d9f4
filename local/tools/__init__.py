"""The engine's tools: Go programs of pinned modules, built on this machine when they are needed."""

from functools import partial
from pathlib import Path

from local import host
from local.errors import EngineError
from local.progress import Progress, duration
from local.tools import builder, engine, golang, links, store
from local.tools import plan as plans
from local.tools.engine import environment
from local.tools.profiles import OWNERS, SETS, TOOLS
from local.tools.releases import release_files
from local.tools.table import Tool

__all__ = [
    "OWNERS",
    "SETS",
    "TOOLS",
    "Tool",
    "binary",
    "build",
    "environment",
    "plan",
    "release_files",
    "with_releases",
]


def with_releases() -> list[str]:
    """The built tools that bring what a stack applies, those of further profiles among them."""
    return [
        tool.name for tool in TOOLS.values() if (tool.releases or tool.charts) and store.built(tool)
    ]


def binary(name: str) -> Path:
    """The path of a built program."""
    if name in engine.GIVEN and (folder := engine.official()):
        return folder / name
    if name not in OWNERS:
        raise EngineError(f"no program is called {name!r}; there are: {', '.join(OWNERS)}")
    tool = OWNERS[name]
    if not store.built(tool):
        raise EngineError(f"{name} is not built; run `python -m local build {tool.name}`")
    return store.home(tool) / name


def plan(*names: str) -> None:
    """Print what `build` would do."""
    given = engine.needless()
    print(plans.text([tool for tool in plans.resolve(names) if tool.name not in given]))
    if folder := engine.official():
        print(f"the official pulumi in {folder} is used")


def build(*names: str) -> None:
    """Build what is missing of the named sets, tools or programs (default: core)."""
    tools = engine.needed(plans.resolve(names))
    todo = plans.missing(tools)
    if todo:
        golang.require()
        plans.check_disk(todo)
        host.install(*sorted({package for tool in todo for package in tool.packages}))
        print(plans.text(tools))
        _build(todo)
    if engine.PROVIDER in tools and (store.built(engine.PULUMI) or engine.official()):
        engine.install_provider()
    links.renew()


def _build(tools: list[Tool]) -> None:
    progress = Progress({tool.name: tool.seconds for tool in tools})
    for tool in tools:
        waiting = f"another run builds {tool.name}: waiting for it"
        try:
            with progress.step(tool.name):
                builder.ensure(tool, partial(progress.note, waiting))
        except KeyboardInterrupt as stop:
            raise EngineError(
                f"stopped while building {tool.name}; the same command goes on from there"
            ) from stop
    print(f"{len(tools)} built in {duration(sum(progress.took.values()))}")
