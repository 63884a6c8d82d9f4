"""An hour of load, and what the scorers' processes hold in memory meanwhile."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from tests.e2e.parts import API
from tests.e2e.processes import processes
from tests.e2e.stack import RunningStack
from tests.load.generators import vegeta
from tests.load.measure import Bench

RATE, LEGS, LEG = 100, 6, 600.0
"""Requests a second; legs of so many seconds each, as no generator sends for much longer."""
PAUSE = 30.0
"""Seconds between two looks."""
MIB = 1 << 20


@dataclass
class Soak:
    """What was seen so far."""

    requests: int = 0
    failed: int = 0
    moments: list[float] = field(default_factory=list)
    """Seconds since the beginning, one for each look."""
    resident: dict[str, list[float]] = field(default_factory=dict)
    """MiB at each moment, by pod."""

    @property
    def growth(self) -> float | None:
        """Per cent that the worst pod's memory grew by after the first quarter; see `growth`."""
        return max(map(growth, self.lasting().values()), default=None)

    def lasting(self) -> Mapping[str, Sequence[float]]:
        """The pods that were there at every look."""
        looks = len(self.moments)
        return {pod: seen for pod, seen in self.resident.items() if len(seen) == looks}

    def look(self, seconds: float, seen: Mapping[str, float]) -> None:
        """Note what each pod holds."""
        self.moments.append(round(seconds))
        for pod, mib in seen.items():
            self.resident.setdefault(pod, []).append(mib)

    @property
    def record(self) -> dict[str, Any]:
        """All of it, raw."""
        counted = {"rate": RATE, "requests": self.requests, "failed": self.failed}
        return counted | {"moments": self.moments, "resident_mib": self.resident}


def growth(seen: Sequence[float]) -> float:
    """Per cent between the second and the last quarter of a series, each by its median.

    In the first quarter a process still fills what it keeps for good.
    """
    quarter = max(1, len(seen) // 4)
    before, after = median(seen[quarter : 2 * quarter] or seen), median(seen[-quarter:])
    return round((after / before - 1) * 100, 2)


def soak(bench: Bench, stack: RunningStack) -> Soak:
    """Send the mix for an hour, and look twice a minute."""
    found, began = Soak(), time.monotonic()
    for _ in range(LEGS):
        with vegeta(bench.job(RATE, LEG)) as running:
            running.wait_begun()
            while running.process.poll() is None:
                found.look(time.monotonic() - began, resident(stack))
                time.sleep(PAUSE)
            answers = running.answers()
        found.requests += len(answers)
        found.failed += int((~answers.well).sum())
    return found


def resident(stack: RunningStack) -> dict[str, float]:
    """MiB that the processes of each of the service's pods hold, by the pod's name."""
    pods = {pod.metadata.uid: pod.metadata.name for pod in API.pods(stack)}
    found = dict.fromkeys(pods.values(), 0.0)
    for process in processes():
        marks = process.cgroups.replace("_", "-")
        for uid, name in pods.items():
            if uid in marks:
                found[name] += process.resident_bytes / MIB
    return {name: round(mib, 1) for name, mib in found.items()}
