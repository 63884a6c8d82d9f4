"""What became of a region's loss: how long, what was lost, and whether two ever acknowledged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from runbooks.region import Region
from runbooks.steps import Steps
from tests.drills import journal, linear, timeline
from tests.drills.clients import Clients
from tests.drills.gap import LEAD, longest
from tests.drills.loss import Loss, loss
from tests.drills.operations import Operation
from tests.drills.regions.ground import Ground
from tests.drills.regions.insiders import Insider, Turn, turns
from tests.prove.evidence import commit, today
from tests.prove.figures import Trial


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A trial, raw."""

    name: str
    id: str
    fault: float
    mended: float
    clients: Clients
    insiders: Mapping[str, Insider]
    lost_at: float
    taken_over: Steps
    gone_back: Steps


def judged(ground: Ground, seen: Seen) -> Trial:
    """The trial's record, and its picture beside the history."""
    home, other = (region.name for region in ground.place.regions)
    clients, fault = seen.clients, seen.fault
    clients.read_all()
    told = [(name, it) for name, at in seen.insiders.items() for it in at.operations]
    took = turns(told)
    first_there = next((t.first for t in took if t.region == other and t.first > fault), None)
    acknowledged = [*clients.acknowledged(), *(it for _, it in told if it.acknowledged)]
    present = _recorded(ground.place.writer(), acknowledged)
    early = [it for it in acknowledged if it.answered < (first_there or fault)]
    late = [it for it in acknowledged if it.answered >= (first_there or fault)]
    gone, gone_later = loss(early, present, fault), loss(late, present, fault)
    lost = {*gone.rows, *gone_later.rows}
    first = _first_through_the_edge(clients, first_there)
    gap = longest(clients.acknowledged(), fault - LEAD, seen.mended)
    back = longest(clients.acknowledged(), seen.mended, max(it.answered for it in acknowledged))
    trial: Trial = {
        "drill": seen.name,
        "id": seen.id,
        "pins": ground.mark,
        "commit": commit(),
        "date": today(),
        "rto_seconds": round(first - fault, 2) if first else None,
        "split": _split(seen, first) if first else None,
        "gap_seconds": gap.seconds,
        "gap_from_fault": round(gap.start - fault, 2),
        "lost": gone.rows,
        "rpo_seconds": _span(gone, early, fault),
        "lost_after_the_failover": gone_later.rows,
        "failback_gap_seconds": back.seconds,
        "acknowledged": len(acknowledged),
        "turns": [[t.region, round(t.first - fault, 3), round(t.last - fault, 3)] for t in took],
        "two_at_once": max(len(took) - len([home, other, home]), 0),
        "last_here_seconds": _last_here(took, home, fault),
        "operations": len(clients.operations),
        "not_linearizable": linear.breaks([it for it in clients.operations if it.key not in lost])[
            :10
        ],
        "failover": _told(seen.taken_over),
        "failback": _told(seen.gone_back),
    }
    _draw(seen, trial)
    return trial


def _span(gone: Loss, early: Sequence[Operation], fault: float) -> float:
    """The time that lost acknowledgements span, the fault in it: a cut region goes on a while."""
    rows = set(gone.rows)
    moments = [it.answered for it in early if it.key in rows]
    return round(max(fault, *moments) - min(fault, *moments), 2) if moments else 0.0


def _first_through_the_edge(clients: Clients, first_there: float | None) -> float | None:
    """The first telling that was acknowledged once the other region acknowledges."""
    if first_there is None:
        return None
    answered = (it.answered for it in clients.acknowledged() if it.called > first_there - LEAD)
    return min((at for at in answered if at > first_there - LEAD), default=None)


def _split(seen: Seen, first: float) -> dict[str, float]:
    """What the time until then was spent on."""
    moments = {"detect": seen.lost_at}
    for step in seen.taken_over.done:
        if step.name.startswith("promote"):
            moments["decide"], moments["promote"] = step.began, step.began + step.seconds
    moments["reroute"] = max(first, moments.get("promote", first))
    at, split = seen.fault, {}
    for name, moment in moments.items():
        split[name], at = round(moment - at, 2), moment
    return split


def _last_here(took: Sequence[Turn], home: str, fault: float) -> float | None:
    """When the lost region acknowledged for the last time, to a client inside of it."""
    last = [t.last for t in took if t.region == home and t.first < fault]
    return round(max(last) - fault, 2) if last else None


def _recorded(writer: Region, told: Sequence[Operation]) -> dict[int, str]:
    keys = sorted({it.key for it in told})
    found: dict[int, str] = {}
    for start in range(0, len(keys), 5000):
        some = ",".join(map(str, keys[start : start + 5000]))
        found |= dict(
            writer.rows(
                "SELECT transaction_id, to_char(decided_at AT TIME ZONE 'UTC',"  # noqa: S608 (our own numbers)
                " 'YYYY-MM-DD\"T\"HH24:MI:SS.US') || '+00:00'"
                f" FROM decisions WHERE transaction_id IN ({some})"
            )
        )
    return found


def _told(steps: Steps) -> list[list[object]]:
    return [[step.name, round(step.seconds, 2)] for step in steps.done]


def _draw(seen: Seen, trial: Trial) -> None:
    folder = journal.FOLDER / seen.id
    folder.mkdir(parents=True, exist_ok=True)
    seen.clients.write(folder / "history.jsonl")
    marks = [[0.0, seen.name], [round(seen.mended - seen.fault, 2), "mended"]]
    began = seen.gone_back.done[-1].began if seen.gone_back.done else seen.mended
    shown = {**trial, "notes": marks, "whole_seconds": round(began - seen.fault, 1)}
    (folder / "timeline.svg").write_text(timeline.drawn(shown, seen.clients.operations, seen.fault))
