"""A checkout that nobody has worked in, with the caches of this machine or with empty ones."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from local.paths import CACHE
from tests.prove.evidence import ROOT
from tests.prove.figures import Trial
from tests.prove.making import make
from tests.prove.pins import stamp

ASKED = os.environ.get("COLD") == "1"
"""Cold trials take the better part of an hour each, so they are made only on request."""


@dataclass(frozen=True)
class Checkout:
    """A clone and what its commands are told."""

    tree: Path
    settings: dict[str, str]

    def make(self, verb: str) -> float:
        """Seconds that a verb of the clone's own Makefile took."""
        return make(verb, tree=self.tree, settings=self.settings)


@contextmanager
def checkout(*, cold: bool) -> Iterator[Checkout]:
    """A clone of the commit; `cold` hides every cache that this machine has filled."""
    # Beside the real cache: /tmp may be small, and a cold build needs its tens of gigabytes.
    CACHE.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="bulwark-fresh-", dir=CACHE.parent) as folder:
        tree, empty = Path(folder) / "bulwark", Path(folder) / "cache"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(tree)], check=True)
        hidden = ("BULWARK_CACHE", "PULUMI_HOME", "UV_CACHE_DIR", "PIP_CACHE_DIR", "XDG_CACHE_HOME")
        settings = {name: str(empty / name.lower()) for name in hidden} if cold else {}
        fresh = Checkout(tree, settings)
        try:
            yield fresh
        finally:
            fresh.make("down")


def cold_trial(up: float) -> Trial:
    """A cold `make up`, with all that says later whether it still counts."""
    return {"kind": "cold", "up_seconds": up, **stamp()}
