"""Steps of a runbook: each is named when it begins and gets its time when it has ended."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from runbooks.errors import RunbookError

T = TypeVar("T")


@dataclass(frozen=True)
class Step:
    """One that has ended. Moments are seconds since the epoch."""

    name: str
    began: float
    seconds: float


@dataclass
class Steps:
    """What was done so far."""

    tell: Callable[[str], None] = print
    done: list[Step] = field(default_factory=list)
    _began: float = field(default_factory=time.monotonic)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """One step. The one that fails is named with its time as well."""
        began, at = time.monotonic(), time.time()
        try:
            yield
        except RunbookError as wrong:
            self.tell(f"  ✗ {name:<46} {time.monotonic() - began:6.1f} s")
            raise RunbookError(f"{name}: {wrong}") from wrong
        took = time.monotonic() - began
        self.done.append(Step(name, at, took))
        self.tell(f"  ✓ {name:<46} {took:6.1f} s")

    @property
    def seconds(self) -> float:
        """Since the first."""
        return time.monotonic() - self._began


def until(ask: Callable[[], T | None], *, within: float, what: str, every: float = 0.2) -> T:
    """The first answer that is something; an error says what was waited for."""
    deadline = time.monotonic() + within
    while True:
        if answer := ask():
            return answer
        if time.monotonic() > deadline:
            raise RunbookError(f"{what} did not come within {within:.0f} s")
        time.sleep(every)
