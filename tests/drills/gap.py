"""How long nothing was acknowledged, and what that time was spent on."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tests.drills.operations import Operation
from tests.drills.primaries import Seen, before

STEADY = 5.0
"""Seconds of writing without a pause, after which it counts as steady again."""
PAUSE = 1.0
"""Seconds without an acknowledgement that are a pause: some fifty times the usual."""
LEAD = 1.0
"""Seconds before the fault that the longest gap is looked for from."""


@dataclass(frozen=True)
class Gap:
    """The longest time between two acknowledgements."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """Its length."""
        return round(self.end - self.start, 2)


def longest(acknowledged: Sequence[Operation], since: float, until: float) -> Gap:
    """The longest gap between two moments; one that has not ended by then lasts until then."""
    moments = sorted(it.answered for it in acknowledged if since <= it.answered <= until)
    gaps = (Gap(*pair) for pair in pairwise([since, *moments, until]))
    return max(gaps, key=lambda gap: gap.end - gap.start)


def steady(acknowledged: Sequence[Operation], at: float) -> bool:
    """Whether by this moment writing has gone on without a pause for long enough."""
    return longest(acknowledged, at - STEADY, at).seconds <= PAUSE


@dataclass(frozen=True, kw_only=True)
class Split:
    """The time from a fault to the first acknowledgement by the next primary, in seconds."""

    detect: float
    """Until the operator saw that the primary was gone; nothing where a person asked."""
    decide: float
    """Until it had chosen the next one, when no replica could still receive from the old one."""
    promote: float
    """Until that one was primary."""
    reroute: float
    """Until a client's write got through to it and was acknowledged."""


def split(seen: Sequence[Seen], fault: float, acknowledged: Sequence[Operation]) -> Split | None:
    """What the time went into, from what a watcher saw; nothing if no other primary came."""
    last = before(fault, seen)
    after = [it for it in seen if it.at > fault]
    if last is None:
        return None
    old = last.current
    noticed = next((it for it in after if it.target != old), None)
    chosen = next((it for it in after if it.target not in {old, PENDING}), None)
    promoted = next((it for it in after if it.current != old), None)
    if noticed is None or chosen is None or promoted is None:
        return None
    first = min((it.answered for it in acknowledged if it.answered >= promoted.at), default=None)
    if first is None:
        return None
    moments = [fault, noticed.at, chosen.at, promoted.at, first]
    steps = [round(later - earlier, 2) for earlier, later in pairwise(moments)]
    return Split(detect=steps[0], decide=steps[1], promote=steps[2], reroute=steps[3])


PENDING = "pending"
"""What the operator writes for the next primary while it has none."""
