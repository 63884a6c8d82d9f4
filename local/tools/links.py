"""Programs that people and the Makefile type by name: one folder for PATH."""

import os

from local import paths
from local.tools import engine, store
from local.tools.profiles import OWNERS

PROGRAMS = ("pulumi", "kubectl", "crane")


def renew() -> None:
    """Let CACHE/bin lead to what is built; an official program is never hidden by ours."""
    folder = paths.CACHE / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    given = engine.needless()
    for name in PROGRAMS:
        tool, link = OWNERS[name], folder / name
        if name in given or not store.built(tool):
            link.unlink(missing_ok=True)
            continue
        fresh = folder / f".{name}.{os.getpid()}"
        fresh.symlink_to(store.home(tool) / name)
        fresh.rename(link)
