from local.progress import Progress
from tests.prove.errors import ProveError
from tests.prove.evidence import Measured
from tests.prove.figures import Trial, worst
from tests.prove.making import make
from tests.prove.pins import kept
from tests.prove.scoring import one_decision
from tests.prove.updates import changes, last_update

PROMISE = (
    "`make up` scores transactions: from an empty cache within 45 min, from a warm one within "
    "6 min, and again, unchanged, within 30 s and without a change"
)
TRIALS = range(1, 4)


def measure() -> Measured:
    """Three times from nothing but the cache, each followed by an unchanged `make up`.

    The cold one is the first of the two commands that engine-7 runs on an empty cache.
    """
    steps = {f"warm up, trial {n}": 240.0 for n in TRIALS} | {f"again, {n}": 20.0 for n in TRIALS}
    progress = Progress(steps)

    trials: list[Trial] = list(kept("engine-7", "cold"))
    for n in TRIALS:
        make("down")
        with progress.step(f"warm up, trial {n}"):
            seconds = make("up")
        trials.append({"kind": "warm", "seconds": seconds, "decision": one_decision()})
        with progress.step(f"again, {n}"):
            trials.append(unchanged())

    def of(kind: str, name: str = "seconds") -> list[float]:
        return [trial[name] for trial in trials if trial["kind"] == kind]

    return Measured(
        trials=trials,
        figures=[
            worst("cold_seconds", of("cold", "up_seconds"), unit="s", at_most=45 * 60),
            worst("warm_seconds", of("warm"), unit="s", at_most=6 * 60),
            worst("again_seconds", of("again"), unit="s", at_most=30),
            worst("again_changes", of("again", "changes"), at_most=0),
        ],
    )


def unchanged() -> Trial:
    """`make up` on what is up, with the changes that the engine itself recorded."""
    before = last_update()
    seconds = make("up")
    after = last_update()
    if after["version"] == before["version"]:
        raise ProveError("make up: the engine recorded no update; did it run?")
    return {"kind": "again", "seconds": seconds, "changes": changes(after)} | {
        "decision": one_decision()
    }
