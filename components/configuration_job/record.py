"""The figures of the last run, as Prometheus reads them."""

from components.verification_job.record import Run, gauge

PREFIX = "bulwark_configuration_backup_"


def metrics(runs: list[Run]) -> str:
    """The exposition text: the last run, and when one last went well."""
    last = runs[-1]
    good = [run for run in runs if run["ok"]]
    lines = [
        *_metric("last_run_timestamp_seconds", "When objects were last exported.", last["ended"]),
        *_metric("last_run_success", "Whether that went well.", int(last["ok"])),
    ]
    if good:
        newest = good[-1]
        lines += [
            *_metric(
                "last_success_timestamp_seconds",
                "When an export was last written and read back whole.",
                newest["ended"],
            ),
            *_metric("objects", "How many objects that one holds.", newest["objects"]),
            *_metric("bytes", "How large its file is.", newest["bytes"]),
        ]
    return "\n".join(lines) + "\n"


def _metric(name: str, what: str, value: float) -> list[str]:
    return gauge(f"{PREFIX}{name}", what, value)
