"""What the past of a payment's customer and terminal is asked from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from app.domain.pasts import Pasts
from app.domain.transactions import Transaction


@dataclass(frozen=True, slots=True)
class Seen:
    """The pasts of some payments, in their order."""

    pasts: Pasts
    kept: bool
    """Whether the windows of later payments hold these payments already."""
    degraded: bool
    """Whether they came from the slower store, because the fast one could not be relied on."""


class WindowStore(Protocol):
    """Remembers payments and tells what came before each.

    Each payment sees the earlier ones of the same call, and of those in its own second the ones
    with a smaller id. A payment told again changes nothing.
    """

    async def observe(self, payments: Sequence[Transaction]) -> Seen:
        """Remember these and tell what came before each."""

    async def settle(self, payments: Sequence[Transaction]) -> None:
        """Remember these, recorded while the fast store was away. Failing to is not an error."""

    async def correct(self, wrong: Sequence[Transaction], standing: Sequence[Transaction]) -> None:
        """Put the standing payments in the place of those that used their ids just now."""
