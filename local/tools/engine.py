"""The Pulumi engine: an official one where there is one, else ours; and the Kubernetes provider."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
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
    found = shutil.which("pulumi")
    if not found:
        return None
    folder = Path(found).resolve().parent
    ours = paths.CACHE.resolve() in folder.parents
    if ours or not all((folder / program).exists() for program in GIVEN):
        return None
    version = re.match(r"v(\d+)\.(\d+)\.(\d+)", _pulumi(os.environ, "version").stdout)
    if version is None or tuple(map(int, version.groups())) < OLDEST:
        return None
    return folder


def needless() -> set[str]:
    """The tools that an official Pulumi makes needless as it stands."""
    if official() is None:
        return set()
    return GIVEN | ({PROVIDER.name} if _installed() else set())


def needed(tools: Sequence[Tool]) -> list[Tool]:
    """The tools that must be ours; the provider is not, if an official Pulumi can download it."""
    given = needless()
    if given and PROVIDER in tools and PROVIDER.name not in given and _downloaded():
        given.add(PROVIDER.name)
    return [tool for tool in tools if tool.name not in given]


def environment() -> dict[str, str]:
    """What `pulumi` runs in: the engine and this Python on PATH.

    Our own engine keeps its plugins in the cache, so nobody's ~/.pulumi is touched.
    """
    python = str(Path(sys.prefix) / "bin")
    path = os.environ.get("PATH", os.defpath)
    settings = os.environ | {"PULUMI_SKIP_UPDATE_CHECK": "true"}
    if official():
        return settings | {"PATH": os.pathsep.join([python, path])}
    return settings | {
        "PATH": os.pathsep.join([str(store.home(PULUMI)), python, path]),
        "PULUMI_HOME": str(paths.CACHE / "pulumi"),
    }


def install_provider() -> None:
    """Hand the built provider to the engine, unless this very build of it is there."""
    receipt = paths.CACHE / "pulumi" / f"{PROVIDER.name}.key"
    key = store.key(PROVIDER)
    if _installed() and receipt.exists() and receipt.read_text() == key:
        return
    program = str(store.home(PROVIDER) / PROVIDER.name)
    install = ("plugin", "install", *PLUGIN, "--reinstall", "--file", program)
    done = _pulumi(environment(), *install)
    if done.returncode != 0:
        raise EngineError(f"pulumi refused the Kubernetes provider: {done.stderr.strip()}")
    receipt.parent.mkdir(parents=True, exist_ok=True)
    receipt.write_text(key)


def _installed() -> bool:
    home = Path(environment().get("PULUMI_HOME") or Path.home() / ".pulumi")
    return (home / "plugins" / "-".join(PLUGIN) / PROVIDER.name).exists()


def _downloaded() -> bool:
    print(f"asking pulumi to download the Kubernetes provider {PROVIDER.release}", flush=True)
    try:
        done = _pulumi(environment(), "plugin", "install", *PLUGIN, seconds=DOWNLOAD_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def _pulumi(
    environment: Mapping[str, str], *arguments: str, seconds: float | None = None
) -> subprocess.CompletedProcess[str]:
    program = shutil.which("pulumi", path=environment["PATH"]) or "pulumi"
    return subprocess.run(
        [program, *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
