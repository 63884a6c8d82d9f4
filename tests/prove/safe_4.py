from local.progress import Progress
from tests.e2e.stack import RunningStack
from tests.prove import recovery, verifying
from tests.prove.backed_up import back_up, first_backup, raised
from tests.prove.damage import DAMAGES, damaged
from tests.prove.errors import ProveError
from tests.prove.evidence import Measured
from tests.prove.figures import Figure, Trial, worst
from tests.prove.pins import kept, stamp
from tests.prove.writer import Writer

PROMISE = (
    "Rows that were deleted by mistake are restored exactly as they were at the instant before,"
    " 5 times of 5; a spoilt backup is found, said and shown by its metric, 3 times of 3"
)
RECOVERIES = 5


def measure() -> Measured:
    """Accidents under a steady writer, then damage; those that were made before count."""
    # A damage to what was not found whole before says nothing.
    damages = [trial for trial in kept("safe-4", "damage") if trial["good_before"]]
    trials = [*kept("safe-4", "recovery"), *damages]
    try:
        _try(trials)
    except (ProveError, AssertionError) as stopped:
        raise ProveError(str(stopped), trials) from stopped

    def of(kind: str) -> list[Trial]:
        return [trial for trial in trials if trial["kind"] == kind]

    found = [t for t in of("damage") if not t["ok"] and t["error"] and not t["shown"]]
    return Measured(
        trials=trials,
        figures=[
            Figure(name="recoveries", value=len(of("recovery")), at_least=RECOVERIES),
            Figure(
                name="recoveries_unequal",
                value=sum(not t["equal"] for t in of("recovery")),
                at_most=0,
            ),
            Figure(
                name="decisions_missing_after_repair",
                value=sum(t["missing_after_repair"] for t in of("recovery")),
                at_most=0,
            ),
            worst("restore_seconds", [t["restore_seconds"] for t in of("recovery")], unit="s"),
            worst("repaired_seconds", [t["repaired_seconds"] for t in of("recovery")], unit="s"),
            Figure(name="damages", value=len(of("damage")), at_least=len(DAMAGES)),
            Figure(name="damages_not_found", value=len(of("damage")) - len(found), at_most=0),
            worst("found_seconds", [t["seconds"] for t in of("damage")], unit="s"),
            Figure(
                name="refused_before_damage",
                value=sum(not t["good_before"] for t in of("damage")),
                at_most=0,
            ),
        ],
    )


def _try(trials: list[Trial]) -> None:
    """Adds each trial as soon as it was made."""
    recoveries = RECOVERIES - sum(trial["kind"] == "recovery" for trial in trials)
    done = {trial.get("damage") for trial in trials}
    damages = [what for what in DAMAGES if what not in done]
    progress = Progress(
        {
            "up": 120.0,
            **{f"recovery {number}": 120.0 for number in range(1, recoveries + 1)},
            **dict.fromkeys(damages, 150.0),
        }
    )
    with progress.step("up"):
        stack = raised()
        first_backup(stack)
    if recoveries > 0:
        with Writer(stack).writing() as writer:
            for number in range(1, recoveries + 1):
                with progress.step(f"recovery {number}"):
                    trials.append(recovery.trial(stack, writer))
    for what in damages:
        with progress.step(what):
            trials.append(damage(stack, what))


def damage(stack: RunningStack, what: str) -> Trial:
    """A fresh backup that is found whole, then spoilt: nothing else can be what is found."""
    backup = back_up(stack)
    before = verifying.verify(stack)
    with damaged(stack, what, backup) as file:
        found = judged(stack)
    return found | {"damage": what, "file": file, "good_before": before["ok"]}


def judged(stack: RunningStack) -> Trial:
    """What a verification said of the newest backup, and what its metric shows."""
    run = verifying.verify(stack)
    told = verifying.shown(stack, run)
    return {
        "kind": "damage",
        "ok": run["ok"],
        "error": run.get("error", ""),
        "seconds": run["seconds"],
        "shown": told["last_run_success"],
        "shown_after_seconds": told["shown_after_seconds"],
        **stamp(),
    }
