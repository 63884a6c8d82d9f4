"""The platform from nothing but the warm cache, three times: what several bars read figures of.

Bars that are proved by one command share the starts.
"""

from functools import cache

from local.progress import Progress
from tests.e2e.stack import RunningStack
from tests.prove.errors import ProveError
from tests.prove.figures import Trial
from tests.prove.making import make
from tests.prove.observed import observed, resident
from tests.prove.scoring import one_decision
from tests.prove.updates import changes, last_update

STARTS = range(1, 4)


@cache
def starts() -> tuple[Trial, ...]:
    """Each start: the cluster alone, the stack on it, and `make up` once more, unchanged."""
    steps = {"engine": 40.0, "up": 200.0, "up again": 20.0}
    progress = Progress({f"{step}, start {n}": s for n in STARTS for step, s in steps.items()})
    trials = []
    for n in STARTS:
        make("down")
        with progress.step(f"engine, start {n}"):
            engine = make("engine")
        alone = resident()
        with progress.step(f"up, start {n}"):
            up = make("up")
        trial = observed(RunningStack.find()) | {
            "kind": "warm",
            "seconds": round(engine + up, 1),
            "resident_megabytes": alone,
            "decision": one_decision(),
        }
        with progress.step(f"up again, start {n}"):
            trials.append(trial | unchanged())
    return tuple(trials)


def unchanged() -> Trial:
    """`make up` on what is up, with the changes that Pulumi itself recorded."""
    before = last_update()
    seconds = make("up")
    after = last_update()
    if after["startTime"] == before["startTime"]:
        raise ProveError("make up: Pulumi recorded no update; did it run?")
    one_decision()
    return {"again_seconds": seconds, "again_changes": changes(after)}
