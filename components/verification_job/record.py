"""What is left of a run: a line in the record, and figures as Prometheus reads them."""

from typing import Any

KEPT = 50
"""Runs that the record holds."""

Run = dict[str, Any]
"""One verification: when, by whom, how it ended, what it measured."""


def extended(runs: list[Run], run: Run) -> list[Run]:
    """The record with one more run."""
    return [*runs, run][-KEPT:]


def metrics(runs: list[Run]) -> str:
    """The exposition text: the last run's figures, and when one last went well."""
    last = runs[-1]
    good = [run for run in runs if run["ok"]]
    lines = [
        *_metric("last_run_timestamp_seconds", "When a backup was last verified.", last["ended"]),
        *_metric("last_run_success", "Whether that went well.", int(last["ok"])),
        *_metric("runs", "Runs in the record that were started by the clock.", _scheduled(runs)),
    ]
    if good:
        newest = good[-1]
        lines += [
            *_metric(
                "last_success_timestamp_seconds",
                "When a backup was last restored and found whole.",
                newest["ended"],
            ),
            *_metric("restore_seconds", "What that restore took.", newest["restore_seconds"]),
            *_metric("restored_bytes", "How much it restored.", newest["bytes"]),
            *_metric("lag_seconds", "How old its newest row was.", newest["lag_seconds"]),
        ]
    return "\n".join(lines) + "\n"


def _scheduled(runs: list[Run]) -> int:
    return sum(run["scheduled"] for run in runs)


def gauge(name: str, what: str, value: float) -> list[str]:
    """One figure with what it means."""
    return [f"# HELP {name} {what}", f"# TYPE {name} gauge", f"{name} {value}"]


def _metric(name: str, what: str, value: float) -> list[str]:
    return gauge(f"bulwark_backup_verification_{name}", what, value)
