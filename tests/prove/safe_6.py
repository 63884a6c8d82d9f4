import time

from local.progress import Progress
from tests.e2e import timeouts
from tests.e2e.waiting import until
from tests.prove import verifying
from tests.prove.backed_up import first_backup, raised
from tests.prove.errors import ProveError
from tests.prove.evidence import Measured
from tests.prove.figures import Figure, worst

PROMISE = (
    "The newest backup is restored and found whole by the clock, three times without a hand, and"
    " the metric shows it"
)
RUNS = 3
MINUTES = 3
SCHEDULE = f"*/{MINUTES} * * * *"


def measure() -> Measured:
    """Set a busy clock, do nothing, and look at what was written down."""
    progress = Progress({"up": 120.0, "runs": 60.0 * MINUTES * (RUNS + 0.5)})
    try:
        with progress.step("up"):
            stack = raised({"verification_schedule": SCHEDULE})
            first_backup(stack)
        began = time.time()

        def enough() -> bool:
            return len([run for run in verifying.runs(stack) if of_now(run, began)]) >= RUNS

        with progress.step("runs"):
            until(enough, within=timeouts.VERIFIED, what=f"{RUNS} runs by the clock", every=5)
        runs = [run for run in verifying.runs(stack) if of_now(run, began)]
        told = verifying.shown(stack, runs[-1])
        jobs = verifying.by_the_clock(stack)
    except AssertionError as late:
        raise ProveError(str(late)) from late
    finally:
        # The clock of every day again; what was measured is written down.
        raised()
    good = [run for run in runs if run["ok"]]
    return Measured(
        trials=[*runs, {"kind": "figures", **told}, {"kind": "jobs", "names": jobs}],
        figures=[
            Figure(name="runs", value=len(runs), at_least=RUNS),
            Figure(name="runs_that_found_it_whole", value=len(good), at_least=RUNS),
            Figure(name="jobs_of_the_clock", value=len(jobs), at_least=RUNS),
            Figure(name="metric_shows_success", value=told["last_run_success"], at_least=1),
            worst("seconds", [run["seconds"] for run in runs], unit="s"),
            worst("restore_seconds", [run["restore_seconds"] for run in good], unit="s"),
            worst("lag_seconds", [run["lag_seconds"] for run in good], unit="s"),
        ],
    )


def of_now(run: dict[str, object], began: float) -> bool:
    """Whether a run was started by the clock, since this began."""
    return bool(run["scheduled"]) and float(str(run["began"])) >= began
