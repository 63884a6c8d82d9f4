from local.progress import Progress
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
    progress = Progress({**({"cold": 3300.0} if ASKED else {}), "warm": 900.0})
    trials: list[Trial] = list(kept("engine-7", "cold"))
    make("down")
    if ASKED:
        with progress.step("cold"), checkout(cold=True) as fresh:
            up = fresh.make("up")
            decision = one_decision()
            trials = [cold_trial(up, fresh.make("test")) | {"decision": decision}]
    with progress.step("warm"), checkout(cold=False) as fresh:
        trials.append({"kind": "warm", "seconds": fresh.make("test")})

    def of(kind: str) -> list[float]:
        return [trial["seconds"] for trial in trials if trial["kind"] == kind]

    return Measured(
        trials=trials,
        figures=[
            worst("cold_seconds", of("cold"), unit="s", at_most=70 * 60),
            worst("warm_seconds", of("warm"), unit="s", at_most=20 * 60),
        ],
    )
