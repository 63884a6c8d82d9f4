from local.progress import Progress
from tests.prove.errors import ProveError
from tests.prove.evidence import Measured
from tests.prove.figures import Trial, worst
from tests.prove.fresh import ASKED, checkout, cold_trial
from tests.prove.making import make
from tests.prove.pins import kept
from tests.prove.scoring import one_decision

PROMISE = (
    "`make test` passes on a fresh clone: from an empty cache within 70 min, from a warm one "
    "within 20 min"
)


def measure() -> Measured:
    """The clone's own `make test`, from the virtual environments to the last leftover.

    Cold, it is the README's two commands in their order, and the time of both: never less than
    what `make test` alone would take.
    """
    trials: list[Trial] = [] if ASKED else list(kept("engine-7", "cold"))
    try:
        _try(trials)
    except ProveError as stopped:
        raise ProveError(str(stopped), trials) from None

    def of(kind: str) -> list[float]:
        return [t["seconds"] for t in trials if t["kind"] == kind and "seconds" in t]

    return Measured(
        trials=trials,
        figures=[
            worst("cold_seconds", of("cold"), unit="s", at_most=70 * 60),
            worst("warm_seconds", of("warm"), unit="s", at_most=20 * 60),
        ],
    )


def _try(trials: list[Trial]) -> None:
    """Adds what was measured as soon as it was: a cold `make up` counts, whatever comes after."""
    progress = Progress({**({"cold": 3300.0} if ASKED else {}), "warm": 900.0})
    make("down")
    if ASKED:
        with progress.step("cold"), checkout(cold=True) as fresh:
            trial = cold_trial(fresh.make("up")) | {"decision": one_decision()}
            trials.append(trial)
            trial["seconds"] = round(trial["up_seconds"] + fresh.make("test"), 1)
    with progress.step("warm"), checkout(cold=False) as fresh:
        trials.append({"kind": "warm", "seconds": fresh.make("test")})
