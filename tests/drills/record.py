"""What is kept of a trial: its figures, its story, its history, its picture."""

import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.drills import journal, timeline
from tests.drills.clock import now
from tests.drills.gap import LEAD, Gap, Split, longest
from tests.drills.loss import Loss
from tests.drills.scene import Scene
from tests.prove.evidence import commit, today
from tests.prove.figures import Trial


@dataclass
class Outcome:
    """What a trial saw, raw."""

    scene: Scene
    gap: Gap
    split: Split | None
    loss: Loss
    broken: list[str]
    whole_seconds: float
    end: float
    load: Trial = field(default_factory=dict)
    findings: Trial = field(default_factory=dict)


def recorded_trial(drill: str, outcome: Outcome) -> Trial:
    """The trial as it is kept; its history and its picture are written beside it."""
    scene, head = outcome.scene, _head(drill, outcome.scene)
    operations = scene.clients.operations
    statuses = [it.status for it in operations if it.kind == "tell"]
    folder = picture(head).parent
    folder.mkdir(parents=True, exist_ok=True)
    scene.clients.write(folder / "history.jsonl")
    trial: Trial = head | {
        "gap_seconds": outcome.gap.seconds,
        "gap_from_fault": round(outcome.gap.start - scene.fault, 2),
        "split": asdict(outcome.split) if outcome.split else None,
        "whole_seconds": outcome.whole_seconds,
        "tellings": {str(status): statuses.count(status) for status in sorted(set(statuses))},
        "acknowledged": sum(it.acknowledged for it in operations),
        "degraded": sum(it.degraded for it in operations if it.acknowledged),
        "lost": outcome.loss.rows,
        "lost_seconds": outcome.loss.seconds,
        "operations": len(operations),
        "not_linearizable": outcome.broken[:10],
        "load": outcome.load,
        **outcome.findings,
    }
    picture(trial).write_text(timeline.drawn(trial, operations, scene.fault))
    return trial


def _head(drill: str, scene: Scene) -> Trial:
    """What every trial has: which it is, what makes it comparable, and its story."""
    return {
        "drill": drill,
        "id": f"{drill}-{secrets.token_hex(3)}",
        "pins": journal.counted(scene.stack, drill),
        "commit": commit(),
        "date": today(),
        "notes": [[round(at - scene.fault, 2), what] for at, what in scene.notes],
        "status": _status(scene),
    }


def broken_off(drill: str, scene: Scene, why: str) -> Trial:
    """A trial that did not come to its end in its time counts, and counts as failed."""
    gap = longest(scene.clients.acknowledged(), scene.fault - LEAD, now())
    broken = {"broke_off": why, "gap_seconds": gap.seconds, "lost": [], "not_linearizable": []}
    return _head(drill, scene) | broken


def _status(scene: Scene) -> list[list[object]]:
    """The operator's story since just before the fault, in seconds from it."""
    return [
        [round(it.at - scene.fault, 2), it.current, it.target, it.phase, it.ready]
        for it in scene.primaries.seen
        if it.at > scene.fault - LEAD
    ]


def account(trial: Trial) -> str:
    """A trial as the person who waited reads it."""
    wrong = trial["not_linearizable"]
    lines = [
        f"{trial['id']}: {trial['gap_seconds']} s without an acknowledgement",
        f"  whole again after {trial['whole_seconds']} s; answers: {trial['tellings']}",
        f"  lost {len(trial['lost'])} of {trial['acknowledged']} acknowledged payments",
        f"  {trial['operations']} operations, {'NOT ' * bool(wrong)}linearizable",
        *(f"    {why}" for why in wrong),
    ]
    if steps := trial["split"]:
        lines.append("  " + ", ".join(f"{name} {seconds} s" for name, seconds in steps.items()))
    lines += [f"  {at:+.1f} s  {what}" for at, what in trial["notes"]]
    return "\n".join(lines)


def picture(trial: Trial) -> Path:
    """Where a trial's timeline was drawn."""
    return journal.FOLDER / str(trial["id"]) / "timeline.svg"
