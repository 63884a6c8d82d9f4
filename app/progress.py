"""How far a long command is."""

from time import monotonic


class Progress:
    """Lines of what is done, out of how much, and how long it still takes."""

    def __init__(self, what: str, total: int) -> None:
        self._what, self._total = what, total
        self.done = 0
        self._start = monotonic()

    @property
    def seconds(self) -> float:
        """Since it began."""
        return monotonic() - self._start

    def add(self, count: int) -> None:
        """So many more are done."""
        self.done += count
        left = self.seconds * max(self._total - self.done, 0) / self.done
        print(
            f"{self._what:10}{self.done:>9,} of {self._total:,}"
            f"   {self.seconds:4.0f} s, {left:.0f} s left",
            flush=True,
        )
