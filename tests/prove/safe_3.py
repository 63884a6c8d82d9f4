from local.progress import Progress
from runbooks.errors import RunbookError
from runbooks.place import Place
from tests.drills import journal
from tests.drills.regions.ground import Ground
from tests.drills.regions.trial import perform
from tests.prove.errors import ProveError
from tests.prove.evidence import Measured
from tests.prove.figures import Figure, Trial, worst
from tests.prove.making import make

PROMISE = (
    "A region that is killed or cut off is replaced within 30 s and costs at most 5 s of"
    " acknowledged payments; going back costs none; and never do two regions acknowledge at once"
)
FAULTS = ("killed", "cut")
TRIALS = 5
"""Of each."""
STACK = {"STACK": "drill", "PARTS": "standby"}
USUAL = 240.0


def measure() -> Measured:
    """Five trials of each fault; those that were made before count."""
    ground = raised()
    made = {f: journal.trials(f"region-{f}", ground.mark, "safe-3") for f in FAULTS}
    wanted = [f for f in FAULTS for _ in range(max(TRIALS - len(made[f]), 0))]
    progress = Progress({f"{f}, {n} of {len(wanted)}": USUAL for n, f in enumerate(wanted, 1)})
    for number, fault in enumerate(wanted, 1):
        try:
            with progress.step(f"{fault}, {number} of {len(wanted)}"):
                made[fault].append(perform(fault, ground))
        except ProveError as wrong:
            raise ProveError(str(wrong), [t for each in made.values() for t in each]) from wrong
    trials = [trial for each in made.values() for trial in each]
    return Measured(trials=trials, figures=[*counts(made), *figures(trials)])


def raised() -> Ground:
    """The two regions that are up, or else new ones."""
    ground = Ground(Place.find("drill"))
    try:
        _ = ground.mark
    except RunbookError:
        make("up", settings=STACK)
    return ground


def counts(made: dict[str, list[Trial]]) -> list[Figure]:
    """How many trials of each fault."""
    return [
        Figure(name=f"{fault}_trials", value=len(trials), at_least=TRIALS)
        for fault, trials in made.items()
    ]


def figures(trials: list[Trial]) -> list[Figure]:
    """What the trials show together. One that broke off keeps no bar."""
    ended = [trial for trial in trials if "broke_off" not in trial]
    splits = [trial["split"] for trial in ended if trial["split"]]
    return [
        Figure(name="broken_off", value=len(trials) - len(ended), at_most=0),
        worst("rto_seconds", _each(ended, "rto_seconds"), unit="s", at_most=30),
        *(
            worst(f"{step}_seconds", [split[step] for split in splits], unit="s")
            for step in ("detect", "decide", "promote", "reroute")
        ),
        worst("rpo_seconds", _each(ended, "rpo_seconds"), unit="s", at_most=5),
        worst("lost_rows", [len(trial["lost"]) for trial in ended]),
        Figure(name="two_at_once", value=sum(_each(ended, "two_at_once")), at_most=0),
        Figure(
            name="lost_going_back",
            value=sum(len(trial["lost_after_the_failover"]) for trial in ended),
            at_most=0,
        ),
        worst("failback_gap_seconds", _each(ended, "failback_gap_seconds"), unit="s"),
        Figure(
            name="not_linearizable",
            value=sum(bool(trial["not_linearizable"]) for trial in ended),
            at_most=0,
        ),
        Figure(name="acknowledged", value=sum(_each(ended, "acknowledged")), at_least=1000),
    ]


def _each(trials: list[Trial], key: str) -> list[float]:
    return [trial[key] for trial in trials if trial[key] is not None]
