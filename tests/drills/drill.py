"""The frame of every drill: clients at work, a fault among them, and what became of it."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from local.progress import Progress
from tests.drills import journal, linear
from tests.drills.clients import Clients
from tests.drills.clock import now
from tests.drills.gap import LEAD, longest, split, steady
from tests.drills.health import wait_whole
from tests.drills.load import Load
from tests.drills.loss import loss, recorded
from tests.drills.primaries import Primaries
from tests.drills.record import Outcome, broken_off, recorded_trial
from tests.drills.scene import Scene
from tests.e2e import timeouts
from tests.e2e.stack import RunningStack
from tests.e2e.waiting import until
from tests.prove.errors import ProveError
from tests.prove.figures import Trial

CALM = 8.0
"""Seconds of undisturbed work before the fault."""
Fault = Callable[[Scene], AbstractContextManager[None]]


def _nothing(_: Scene) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Drill:
    """Something that goes wrong, and how one sees that it is over."""

    name: str
    about: str
    """One line for people: what is done to what."""
    fault: Fault
    """Strikes when it is entered and calls `struck`; mends, if that is to be done, at its end."""
    over: Callable[[Scene], bool]
    """Whether what must come about while the fault lasts has come about."""
    within: float = timeouts.RECOVERY
    """Seconds after which it no longer counts; a fault that lasts says how long it takes."""
    arrange: Callable[[Scene], None] = _nothing
    """What has to be so before the clients begin."""
    writes: bool = True
    """Whether writing must be steady again before the fault is mended."""
    seconds: float = 60
    """What a trial usually takes, for the time left."""
    tidy: Callable[[Scene], None] = _nothing
    """What it was arranged with goes, once all has been looked at."""
    findings: Callable[[Scene], Trial] | None = None
    """What this drill alone has to tell."""


def perform(drill: Drill, stack: RunningStack, load: Load) -> Trial:
    """One trial from a whole stack to a whole stack. It is kept, whatever it shows."""
    progress = Progress({"arrange": 15.0, "calm": CALM, "fault": drill.seconds, "judge": 10.0})
    scene = Scene(stack, Clients(stack), Primaries(stack))
    try:
        with progress.step("arrange"):
            wait_whole(stack)
            drill.arrange(scene)
            load.prepare(2 * drill.seconds + 60)
        with load.running(), scene.primaries.watching(), scene.clients.working():
            with progress.step("calm"):
                _calm(scene)
            with progress.step("fault"):
                whole_seconds = _strike(drill, scene)
            end = now()
        with progress.step("judge"):
            outcome = _judge(drill, scene, whole_seconds, end)
            outcome.load = load.seen(scene.fault)
            trial = recorded_trial(drill.name, outcome)
    except AssertionError as wrong:
        if scene.fault:
            journal.append(broken_off(drill.name, scene, str(wrong)))
        raise ProveError(f"{drill.name}: {wrong}") from wrong
    journal.append(trial)
    try:
        drill.tidy(scene)
    except AssertionError as wrong:
        raise ProveError(f"{drill.name} is done, but not tidied: {wrong}") from wrong
    return trial


def _calm(scene: Scene) -> None:
    time.sleep(CALM)
    until(lambda: steady(scene.clients.acknowledged(), now()), within=60, what="steady writing")
    if scene.primaries.last() is None:
        raise ProveError("nobody could be seen to be primary before the fault")


def _strike(drill: Drill, scene: Scene) -> float:
    """The fault until all is well again; seconds from the fault until the stack was whole."""
    with drill.fault(scene):
        if not scene.fault:
            raise ProveError(f"{drill.name}: nothing was struck")
        until(lambda: drill.over(scene), within=drill.within, what="what had to come", every=0.1)
        if drill.writes:
            scene.clients.wait_steady(scene.fault, within=timeouts.RECOVERY)
    wait_whole(scene.stack)
    whole = now() - scene.fault
    scene.clients.wait_steady(scene.fault, within=timeouts.RECOVERY)
    return round(whole, 1)


def _judge(drill: Drill, scene: Scene, whole_seconds: float, end: float) -> Outcome:
    clients = scene.clients
    clients.read_all()
    acknowledged = clients.acknowledged()
    present = recorded(scene.stack, clients.first, max(it.key for it in clients.operations))
    return Outcome(
        scene=scene,
        gap=longest(acknowledged, scene.fault - LEAD, end),
        split=split(scene.primaries.seen, scene.fault, acknowledged),
        loss=loss(acknowledged, present, scene.fault),
        broken=linear.breaks(clients.operations),
        whole_seconds=whole_seconds,
        end=end,
        findings=drill.findings(scene) if drill.findings else {},
    )
