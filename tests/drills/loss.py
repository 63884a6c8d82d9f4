"""What was acknowledged and is not there, as the database itself says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.drills.operations import Operation
from tests.e2e.parts import sql
from tests.e2e.stack import RunningStack


@dataclass(frozen=True, kw_only=True)
class Loss:
    """Acknowledged minus present."""

    rows: list[int]
    """Payments that were acknowledged and are not there, or as another decision."""
    seconds: float
    """The time that they and the fault span; 0 without any."""


def recorded(stack: RunningStack, first: int, last: int) -> dict[int, str]:
    """When each payment in a range of ids was decided, as answers tell it."""
    found = sql(
        stack,
        "SELECT transaction_id,"  # noqa: S608 (our own numbers)
        " to_char(decided_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US') || '+00:00'"
        f" FROM decisions WHERE transaction_id BETWEEN {first} AND {last}",
    )
    return {int(key): value for key, value in found}


def loss(acknowledged: Sequence[Operation], present: Mapping[int, str], fault: float) -> Loss:
    """Every acknowledgement held against what is recorded."""
    gone = [it for it in acknowledged if present.get(it.key) != it.value]
    moments = [fault, *(it.answered for it in gone)]
    seconds = round(max(moments) - min(moments), 2)
    return Loss(rows=sorted({it.key for it in gone}), seconds=seconds)
