"""The Pulumi engine: an official one where there is one, else ours; and the Kubernetes provider."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from local import paths
from local.errors import EngineError
from local.tools import store
from local.tools.table import TOOLS, Tool

OLDEST = (3, 215, 0)
"""An older `pulumi` was never tried with this program and its policies."""
DOWNLOAD_SECONDS = 180
"""How long an official `pulumi` may try to download the provider."""

PULUMI = TOOLS["pulumi"]
PROVIDER = TOOLS["pulumi-resource-kubernetes"]
GIVEN = {PULUMI.name, *PULUMI.includes}
"""What an official Pulumi brings along: tools, and programs of the same names."""
PLUGIN = ("resource", "kubernetes", f"v{PROVIDER.release}")


def official() -> Path | None:
    """The folder of a `pulumi` on PATH that is new enough and ships its Python language host."""
    cache = paths.CACHE.resolve()
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    others = [folder for folder in folders if not Path(folder).resolve().is_relative_to(cache)]
    found = shutil.which("pulumi", path=os.pathsep.join(others))
    if not found:
        return None
    folder = Path(found).resolve().parent
    if not all((folder / program).exists() for program in GIVEN):
        return None
    version = re.match(r"v(\d+)\.(\d+)\.(\d+)", _pulumi(folder, "version").stdout)
    if version is None or tuple(map(int, version.groups())) < OLDEST:
        return None
    return folder


def needless() -> set[str]:
    """The tools that an official Pulumi makes needless as it stands."""
    if official() is None:
        return set()
    return GIVEN | ({PROVIDER.name} if _installed() else set())


def needed(tools: Sequence[Tool]) -> list[Tool]:
    """The tools that must be ours; not the provider, if an official Pulumi can download it."""
    given = needless()
    folder = official()
    if folder and PROVIDER in tools and PROVIDER.name not in given and _downloaded(folder):
        given.add(PROVIDER.name)
    return [tool for tool in tools if tool.name not in given]


def environment() -> dict[str, str]:
    """What `pulumi` runs in: the engine and this Python on PATH."""
    return _environment(official() or store.home(PULUMI))


def install_provider() -> None:
    """Hand the built provider to the engine, unless this very build of it is there."""
    receipt = paths.CACHE / "tools" / f".{PROVIDER.name}.installed"
    key = store.key(PROVIDER)
    if _installed() and receipt.exists() and receipt.read_text() == key:
        return
    program = str(store.home(PROVIDER) / PROVIDER.name)
    install = ("plugin", "install", *PLUGIN, "--reinstall", "--file", program)
    done = _pulumi(official() or store.home(PULUMI), *install)
    if done.returncode != 0:
        raise EngineError(f"pulumi refused the Kubernetes provider: {done.stderr.strip()}")
    receipt.write_text(key)


def _installed() -> bool:
    home = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
    return (home / "plugins" / "-".join(PLUGIN) / PROVIDER.name).exists()


def _downloaded(folder: Path) -> bool:
    print(f"asking pulumi to download the Kubernetes provider {PROVIDER.release}", flush=True)
    try:
        done = _pulumi(folder, "plugin", "install", *PLUGIN, seconds=DOWNLOAD_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def _environment(folder: Path) -> dict[str, str]:
    folders = [str(folder), str(Path(sys.prefix) / "bin"), os.environ.get("PATH", os.defpath)]
    return os.environ | {"PATH": os.pathsep.join(folders), "PULUMI_SKIP_UPDATE_CHECK": "true"}


def _pulumi(
    folder: Path, *arguments: str, seconds: float | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [folder / "pulumi", *arguments],
        env=_environment(folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
