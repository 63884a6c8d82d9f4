"""Runs the verbs of the Makefile as a person would, and times them."""

import json
import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local.paths import CACHE
from tests.prove.errors import ProveError
from tests.prove.evidence import ROOT

LOGS = ROOT / "build" / "prove"


def make(verb: str, *, tree: Path = ROOT, settings: Mapping[str, str] | None = None) -> float:
    """Seconds that a verb took. What it printed is in build/prove/."""
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"{verb}-{time.strftime('%H%M%S')}.log"
    # The outer make must not tell the inner one how to behave, nor lend it what it has built.
    outer = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    outer["PATH"] = without(CACHE, outer.get("PATH", os.defpath))
    if "STACK" in (settings or {}):
        outer.pop("CLUSTER", None)  # the inner one's follows from its stack
    started = time.monotonic()
    with log.open("w") as out:
        done = subprocess.run(
            ["make", verb],
            cwd=tree,
            env=outer | dict(settings or {}),
            stdout=out,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        last = (log.read_text().strip().splitlines() or ["nothing was printed"])[-1]
        raise ProveError(f"make {verb}: exit code {done.returncode}, {last} (all of it: {log})")
    return round(time.monotonic() - started, 1)


def asked(environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """The stack's settings that SETTINGS names."""
    found: dict[str, Any] = json.loads(environment.get("SETTINGS") or "{}")
    return found


@contextmanager
def asking(wanted: Mapping[str, object]) -> Iterator[None]:
    """For as long as the block lasts SETTINGS names these too, unless it has others for them."""
    before = os.environ.get("SETTINGS", "")
    os.environ["SETTINGS"] = json.dumps(dict(wanted) | asked())
    try:
        yield
    finally:
        os.environ["SETTINGS"] = before


def without(folder: Path, path: str) -> str:
    """A PATH with nothing of this folder in it."""
    return os.pathsep.join(
        it for it in path.split(os.pathsep) if not Path(it).is_relative_to(folder)
    )
