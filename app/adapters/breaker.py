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
        self._pause = pause
        self._clock = clock
        self._failures = 0
        self._next_try = 0.0

    @property
    def refuses(self) -> bool:
        """Whether a call now would be refused."""
        return self._failures >= self._allowed and self._clock() < self._next_try

    def admits(self) -> bool:
        """Whether to make a call now. Asked once per call: the first after a pause is the try."""
        if self.refuses:
            return False
        self._next_try = self._clock() + self._pause
        return True

    def succeeded(self) -> None:
        """It answered."""
        self._failures = 0

    def failed(self) -> None:
        """It did not."""
        self._failures += 1
        self._next_try = self._clock() + self._pause
