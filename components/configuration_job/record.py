"""The figures of the exports, as Prometheus reads them."""

from collections.abc import Iterator

from components.verification_job.runs import Figure, Run, exposition

PREFIX = "bulwark_configuration_backup_"


def metrics(runs: list[Run]) -> str:
    """The exposition text."""
    return exposition(
        PREFIX,
        runs,
        ran="When objects were last exported.",
        succeeded="When an export was last written and read back whole.",
        of_success=_held,
    )


def _held(run: Run) -> Iterator[Figure]:
    yield "objects", "How many objects that one holds.", run["objects"]
    yield "bytes", "How large its file is.", run["bytes"]
