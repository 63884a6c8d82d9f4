"""Drills as a measurement: a stack that may lose a node, and as many trials as a bar asks for."""

import shutil
from collections.abc import Sequence
from statistics import median

from local.progress import Progress
from tests.drills import journal
from tests.drills.catalogue import DRILLS
from tests.drills.drill import perform
from tests.drills.load import Load
from tests.drills.record import picture
from tests.e2e.parts import POSTGRES
from tests.e2e.stack import RunningStack, StackDownError
from tests.prove.errors import ProveError
from tests.prove.evidence import FOLDER, Measured
from tests.prove.figures import Figure, Trial, worst
from tests.prove.making import asking, make

INSTANCES = 3
WANTED = {"postgres_instances": INSTANCES, "postgres_operators": 2, "protect_data": True}
"""Two copies and an operator are left, whichever node goes."""
USUAL = 60.0
"""Seconds that a trial takes beside the time that its drill itself does."""


def raised(nodes: int) -> RunningStack:
    """The stack that drills of one region run on: the one that is up, or else a new one."""
    try:
        stack = RunningStack.find()
    except StackDownError:
        make("up", settings={"NODES": str(nodes)})
        stack = RunningStack.find()
    pods = POSTGRES.pods(stack)
    apart = len({pod.spec.node_name for pod in pods})
    if len(pods) != INSTANCES or apart < nodes:
        raise ProveError(
            f"{len(pods)} instances are up on {apart} nodes, these drills need {INSTANCES} on"
            f" {nodes} or more; run `make down`, and this again"
        )
    return stack


@asking(WANTED)  # for what a drill has Pulumi do, too: other settings would change the stack
def trials_of(bar: str, wanted: dict[str, int], *, nodes: int) -> dict[str, list[Trial]]:
    """So many trials of each drill, the earlier ones among them, on so many nodes or more."""
    make("load-tools")
    stack = raised(nodes)
    load = Load(stack)
    made = {name: journal.trials(name, journal.counted(stack, name), bar) for name in wanted}
    left = {name: max(count - len(made[name]), 0) for name, count in wanted.items()}
    steps = {
        f"{name}, {number} of {left[name]}": DRILLS[name].seconds + USUAL
        for name in wanted
        for number in range(1, left[name] + 1)
    }
    progress = Progress(steps)
    for step in steps:
        name = step.partition(",")[0]
        try:
            with progress.step(step):
                made[name].append(perform(DRILLS[name], stack, load))
        except (ProveError, KeyboardInterrupt) as wrong:
            why = str(wrong) or "interrupted; the same command goes on from here"
            raise ProveError(why, [t for each in made.values() for t in each]) from wrong
    return made


def nothing_lost(name: str, trials: Sequence[Trial], wanted: int) -> list[Figure]:
    """What holds for every drill, whatever else it may cost."""
    prefix = name.replace("-", "_")
    return [
        Figure(name=f"{prefix}_trials", value=len(trials), at_least=wanted),
        Figure(name=f"{prefix}_broken_off", value=sum("broke_off" in t for t in trials), at_most=0),
        Figure(name=f"{prefix}_lost", value=sum(len(t["lost"]) for t in trials), at_most=0),
        Figure(
            name=f"{prefix}_not_linearizable",
            value=sum(bool(t["not_linearizable"]) for t in trials),
            at_most=0,
        ),
    ]


def gaps(
    name: str, trials: Sequence[Trial], *, at_most: float | None, middle: float | None = None
) -> list[Figure]:
    """The time without an acknowledgement, and what it was spent on."""
    prefix = name.replace("-", "_")
    seconds = [t["gap_seconds"] for t in trials]
    found = [worst(f"{prefix}_gap", seconds, unit="s", at_most=at_most)]
    if middle is not None:
        value = round(median(seconds), 2) if seconds else None
        found.append(Figure(name=f"{prefix}_gap_median", value=value, unit="s", at_most=middle))
    split = [t["split"] for t in trials if t.get("split")]
    found += [
        worst(f"{prefix}_{step}", [each[step] for each in split], unit="s")
        for step in (("detect", "decide", "promote", "reroute") if split else ())
    ]
    whole = [t["whole_seconds"] for t in trials if t.get("whole_seconds")]
    return [*found, worst(f"{prefix}_whole_again", whole, unit="s")]


def measured(bar: str, made: dict[str, list[Trial]], figures: Sequence[Figure]) -> Measured:
    """All trials with the figures; the worst of each drill as a picture, if this machine has it."""
    for name, trials in made.items():
        drawn = [trial for trial in trials if picture(trial).exists()]
        if drawn:
            chosen = max(drawn, key=lambda trial: float(trial["gap_seconds"]))
            shutil.copyfile(picture(chosen), FOLDER / f"{bar}-{name}.svg")
    return Measured(trials=[t for each in made.values() for t in each], figures=figures)
