"""Manifests and charts that come from the tools' own modules."""

import shutil
from pathlib import Path

from local.errors import EngineError
from local.tools import store
from local.tools.builder import RELEASES
from local.tools.plan import resolve


def release_files(into: Path, *names: str) -> None:
    """Copy the release files of built tools to `into`/<tool>/, replacing what was there."""
    for tool in resolve(names):
        if not tool.releases and not tool.charts:
            continue
        source = store.home(tool) / RELEASES
        if not source.is_dir():
            raise EngineError(f"{tool.name} is not built; run `python -m local build {tool.name}`")
        target = into / tool.name
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target)
