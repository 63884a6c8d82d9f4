"""What one client asked of the service, and what it was told."""

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

import httpx

NEVER = math.inf
"""When an operation returned of which nobody knows whether, or when, it took effect."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """A payment told, or its decision read. Times are seconds by the drill's clock."""

    key: int
    """The payment's id."""
    kind: Literal["tell", "read"]
    called: float
    answered: float
    status: int
    """0 is a failed connection or an answer that never came."""
    value: str | None = None
    """When the decision that was told or read had been made, to the microsecond: no two are alike.
    None: there is none."""
    degraded: bool = False
    fresh: bool = False
    """The first telling of this payment."""

    @property
    def acknowledged(self) -> bool:
        """Whether the service said that the decision counts."""
        return self.kind == "tell" and self.status == httpx.codes.OK

    @property
    def returned(self) -> float:
        """The latest moment at which it may have taken effect."""
        return self.answered if self.known else NEVER

    @property
    def known(self) -> bool:
        """Whether the answer says what happened. A refusal may come after a commit."""
        if self.kind == "read" and self.status == httpx.codes.NOT_FOUND:
            return True
        return self.status == httpx.codes.OK

    @property
    def record(self) -> dict[str, Any]:
        """As one line of a file."""
        return asdict(self)
