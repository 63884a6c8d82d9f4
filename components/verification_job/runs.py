"""What every scheduled job leaves of a run: a line in a record, and figures for Prometheus."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

from .cluster_api import Api
from .errors import VerificationError

KEPT = 50
"""Runs that the record holds."""

Run = dict[str, Any]
"""One run: when, by whom, how it ended, what it measured."""
Figure = tuple[str, str, float]
"""Its name, what it means, and how much it is."""


def performed(
    api: Api,
    record: dict[str, str],
    act: Callable[[], Run],
    metrics: Callable[[list[Run]], str],
    *,
    also: Run,
    failures: tuple[type[Exception], ...] = (VerificationError,),
) -> int:
    """One run, to its line in the record. The exit code is the verdict."""
    began = time.time()
    run: Run = {"job": os.environ["JOB"], "began": round(began), **also}
    try:
        run |= {"ok": True, **act()}
    except failures as wrong:
        reason = " ".join(str(wrong).split())
        run |= {"ok": False, "error": reason}
        print(f"error: {reason}", file=sys.stderr)
    run |= {"ended": round(time.time()), "seconds": round(time.time() - began, 1)}
    path = f"/api/v1/namespaces/{record['namespace']}/configmaps/{record['name']}"
    runs = extended(json.loads(api.get(path).get("data", {}).get("runs.json", "[]")), run)
    api.merge(path, {"data": {"runs.json": json.dumps(runs), "metrics.txt": metrics(runs)}})
    print(json.dumps(run))
    return 0 if run["ok"] else 1


def extended(runs: list[Run], run: Run) -> list[Run]:
    """The record with one more run."""
    return [*runs, run][-KEPT:]


def exposition(
    prefix: str,
    runs: list[Run],
    *,
    ran: str,
    succeeded: str,
    of_success: Callable[[Run], Iterable[Figure]],
    also: Iterable[Figure] = (),
) -> str:
    """The exposition text: the last run, and what the last one that went well measured."""
    last = runs[-1]
    good = [run for run in runs if run["ok"]]
    figures: list[Figure] = [
        ("last_run_timestamp_seconds", ran, last["ended"]),
        ("last_run_success", "Whether that went well.", int(last["ok"])),
        *also,
    ]
    if good:
        figures.append(("last_success_timestamp_seconds", succeeded, good[-1]["ended"]))
        figures += of_success(good[-1])
    return "".join(_gauge(f"{prefix}{name}", what, value) for name, what, value in figures)


def _gauge(name: str, what: str, value: float) -> str:
    return f"# HELP {name} {what}\n# TYPE {name} gauge\n{name} {value}\n"
