"""What became of payments: labels, which arrive days later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Label:
    """What someone says of a payment."""

    transaction_id: int
    fraud: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A label that stands, with what the windows need to find its payment."""

    label: Label
    number: int
    """Of two labels of one payment the later one has the larger number."""
    terminal_id: int
    time: int
    """Of the payment: seconds since the epoch, UTC."""
    source: str
    told_at: datetime
    changed: bool = True
    """Whether it differs from what was known of the payment before."""

    @property
    def delay_seconds(self) -> float:
        """From the payment to its label."""
        return self.told_at.timestamp() - self.time


class UnknownPayments(Exception):  # noqa: N818 (a state of the world that callers answer)
    """Some labels are of payments that were never recorded. No label was recorded now."""

    def __init__(self, unknown: Sequence[int]) -> None:
        super().__init__(f"no payment has these ids: {list(unknown)}")
        self.unknown = unknown
        """Their ids, ascending."""


class LabelBook(Protocol):
    """Labels that outlive any one machine, and every change of them."""

    async def record(self, labels: Sequence[Label], source: str) -> Sequence[Told]:
        """Record all or none, and return what stands, in the order of the labels.

        Returning means that two instances hold it. A label that stands already is not recorded
        again: its first telling is returned. Raises `UnknownPayments`, and `LogAway` when nothing
        can be acknowledged.
        """


class LabelWindows(Protocol):
    """Where the windows keep which payments were frauds."""

    async def label(self, told: Sequence[Told]) -> None:
        """Let windows count these from now on. Failing to is not an error: it happens later."""
