"""`down`: clusters by name, or all; after the last one nothing of ours is left on the machine."""

import shutil
import time
from collections.abc import Sequence

from local.cluster import checks, cleanup, recovery, roster
from local.cluster.leftovers import leftovers
from local.cluster.lock import alone
from local.edge import raising as edge
from local.errors import EngineError
from local.paths import STATE

ALL, EDGE = "all", "edge"
DEPLOYED_TO = "primary"
PULUMI = STATE / "pulumi"
"""The dev stack's state: it describes what is in that cluster, so it goes with it."""
PATIENCE_SECONDS = 60.0


def down(names: Sequence[str]) -> None:
    """Stop these clusters and forget their state. The cache of built tools stays."""
    checks.alone()
    with alone():
        if recovery.stale():
            recovery.recover()
        known = roster.known()
        if {ALL, EDGE} & set(names):
            if edge.exists():
                edge.down()
            names = [name for name in names if name != EDGE]
        doomed = known if ALL in names else [roster.find(name) for name in names]
        for cluster in doomed:
            began = time.monotonic()
            cleanup.remove(cluster)
            if cluster.name == DEPLOYED_TO:
                shutil.rmtree(PULUMI, ignore_errors=True)
            print(f"{cluster.name} is down ({time.monotonic() - began:.0f} s)", flush=True)
        if len(doomed) == len(known):
            cleanup.sweep()
            shutil.rmtree(STATE, ignore_errors=True)
            _verify()


def _verify() -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while left := leftovers():
        if time.monotonic() > deadline:
            raise EngineError(
                f"left behind: {'; '.join(left)}; `python -m local down all` tries again"
            )
        time.sleep(0.1)
