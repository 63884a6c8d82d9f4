"""How many come a second, by what came lately."""

from math import exp
from typing import Final

_LATELY: Final = 0.25
"""Seconds after which what came counts for a third."""


class Pace:
    """An exponentially weighted rate.

    A stall does not raise it: what is counted together after it came over as long a time.
    """

    def __init__(self) -> None:
        self.per_second = 0.0
        self._at = 0.0

    def count(self, number: int, at: float) -> None:
        """So many came by this moment, in seconds of any clock that only goes on."""
        self.per_second = self.per_second * exp((self._at - at) / _LATELY) + number / _LATELY
        self._at = at
