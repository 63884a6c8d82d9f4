from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from components.verification_job.record import metrics
from components.verification_job.runs import KEPT, extended


def run(*, ended: int, ok: bool = True, scheduled: bool = True) -> dict[str, Any]:
    measured = {"restore_seconds": 30.5, "bytes": 2048, "lag_seconds": 4.0}
    return {"ended": ended, "ok": ok, "scheduled": scheduled, **(measured if ok else {})}


def read(runs: list[dict[str, Any]]) -> dict[str, float]:
    return {
        sample.name.removeprefix("bulwark_backup_verification_"): sample.value
        for family in text_string_to_metric_families(metrics(runs))
        for sample in family.samples
    }


def test_the_figures_of_a_run_that_went_well() -> None:
    assert read([run(ended=100)]) == {
        "last_run_timestamp_seconds": 100,
        "last_run_success": 1,
        "runs": 1,
        "last_success_timestamp_seconds": 100,
        "restore_seconds": 30.5,
        "restored_bytes": 2048,
        "lag_seconds": 4,
    }


def test_after_a_failure_the_last_success_stays_what_it_was() -> None:
    told = read([run(ended=100), run(ended=200, ok=False)])

    assert told["last_run_success"] == 0
    assert (told["last_run_timestamp_seconds"], told["last_success_timestamp_seconds"]) == (
        200,
        100,
    )


def test_where_nothing_ever_went_well_no_success_is_told() -> None:
    assert "last_success_timestamp_seconds" not in read([run(ended=200, ok=False)])


def test_only_runs_of_the_clock_are_counted() -> None:
    assert read([run(ended=1), run(ended=2, scheduled=False)])["runs"] == 1


def test_the_record_does_not_grow_for_ever() -> None:
    runs: list[dict[str, Any]] = []
    for number in range(KEPT + 5):
        runs = extended(runs, run(ended=number))

    assert (len(runs), runs[-1]["ended"]) == (KEPT, KEPT + 4)
