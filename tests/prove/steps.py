import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Steps:
    """Tells a waiting person which step runs and about how long the rest takes."""

    bar: str
    plan: list[tuple[str, float]] = field(default_factory=list)
    done: int = 0

    def expect(self, plan: Sequence[tuple[str, float]]) -> None:
        """Name the steps to come, each with its usual seconds."""
        self.plan = list(plan)
        self.done = 0

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Run one step; it tells its time when it ends well."""
        left = sum(seconds for _, seconds in self.plan[self.done :])
        place = f"{self.done + 1}/{max(len(self.plan), self.done + 1)}"
        print(f"{self.bar}  {place:>6}  {name:<44} about {_span(left)} left", flush=True)
        start = time.monotonic()
        yield
        self.done += 1
        took = _span(time.monotonic() - start)
        print(f"{self.bar}  {place:>6}  {name:<44} took {took}", flush=True)


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
