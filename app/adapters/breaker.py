"""Not asking again and again what does not answer."""

from collections.abc import Callable
from time import monotonic


class Breaker:
    """Opens after some failures in a row; then lets one call through per pause, to see.

    So an outage costs callers a refusal at once instead of a timeout each, and its end is noticed
    within a pause.
    """

    def __init__(
        self, *, failures: int = 3, pause: float = 1, clock: Callable[[], float] = monotonic
    ) -> None:
        self._allowed = failures
        self.pause = pause
        self._clock = clock
        self._failures = 0
        self._next_try = 0.0

    @property
    def open(self) -> bool:
        """Whether calls are refused, but for one per pause."""
        return self._failures >= self._allowed

    def admits(self) -> bool:
        """Whether to make a call now. Asked once per call."""
        if not self.open:
            return True
        now = self._clock()
        if now < self._next_try:
            return False
        self._next_try = now + self.pause
        return True

    def succeeded(self) -> None:
        """It answered."""
        self._failures = 0

    def failed(self) -> None:
        """It did not."""
        self._failures += 1
        self._next_try = self._clock() + self.pause
