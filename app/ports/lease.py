"""Which region may acknowledge."""

from typing import Final, Protocol

from app.ports.decisions import LogAway


class Lease(Protocol):
    """The right to acknowledge, which one region has at a time, for seconds."""

    @property
    def held(self) -> bool:
        """Whether what is acknowledged at this moment counts."""

    def check(self) -> None:
        """Raise `LogAway` unless it is held."""


class Elsewhere(LogAway):
    """Another region acknowledges, or nobody can say which one does."""

    def __init__(self) -> None:
        super().__init__("this region does not hold the lease to acknowledge")


class Alone:
    """The lease of a service that has no other region: nobody could take it."""

    held: Final = True

    def check(self) -> None:
        """See the port."""
