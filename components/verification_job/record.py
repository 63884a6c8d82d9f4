"""The figures of the verifications, as Prometheus reads them."""

from collections.abc import Iterator

from .runs import Figure, Run, exposition

PREFIX = "bulwark_backup_verification_"


def metrics(runs: list[Run]) -> str:
    """The exposition text."""
    clock = sum(run["scheduled"] for run in runs)
    return exposition(
        PREFIX,
        runs,
        ran="When a backup was last verified.",
        succeeded="When a backup was last restored and found whole.",
        also=[("runs", "Runs in the record that were started by the clock.", clock)],
        of_success=_measured,
    )


def _measured(run: Run) -> Iterator[Figure]:
    yield "restore_seconds", "What that restore took.", run["restore_seconds"]
    yield "restored_bytes", "How much it restored.", run["bytes"]
    yield "lag_seconds", "How old its newest row was.", run["lag_seconds"]
