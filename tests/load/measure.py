"""One rate for some seconds: what the generator saw, what the server counted, what it cost."""

import os
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from app.telemetry import STAGES
from tests.load import meter
from tests.load.answers import PERCENTILES, Answers
from tests.load.generators import GENERATORS, Job, Running
from tests.load.histogram import Histogram, apart
from tests.load.knee import Step
from tests.load.payments import Payments, pool, unused_id
from tests.load.tape import SCORING, write
from tests.load.target import WORK, Target, counted, stage

SLACK = 1.0
"""Seconds that a generator goes on after the window, so that its end is not in it."""
BUSY = 0.9
"""Of a core: a single thread that is busier than this lets its clients wait."""
LATE_MS = 10.0
"""An open loop further behind its clock than this is starved."""
DIFFERENT = 0.2
"""From here on a generator and the server are said to differ."""


@dataclass
class Bench:
    """A target with payments that last for all steps of a run."""

    target: Target
    payments: Payments = field(init=False)

    def __post_init__(self) -> None:
        """Payments that the target has not seen."""
        self.payments = Payments(pool(), unused_id(), self.target.after)

    def climb(self, generator: str, warm_up: float, seconds: float) -> Callable[[int], Step]:
        """A step for the staircase."""
        return lambda rate: self.step(generator, rate, warm_up=warm_up, seconds=seconds)

    def step(self, generator: str, rate: int, *, warm_up: float, seconds: float) -> Step:
        """Warm up, then look at a window. Requests count by when they were sent."""
        job = self.job(rate, warm_up + seconds + SLACK)
        began, window, answers = self.run(GENERATORS[generator], job, warm_up, seconds)
        seen = answers.between(window.start, window.end)
        milliseconds = seen.milliseconds()
        record: dict[str, Any] = {
            "generator": generator,
            "offered": rate,
            "achieved": round(float(seen.well.sum()) / window.seconds, 1),
            "seconds": round(window.seconds, 2),
            "requests": len(seen),
            "errors": seen.errors(),
            "milliseconds": milliseconds,
            "by_kind": seen.by_kind(),
            "server": server(window.counted(), seen),
            "rounds": window.rounds(),
            "cpu_seconds": window.spent(),
            "load_average": os.getloadavg()[0],
            "pods": len(window.after),
        }
        if generator == "vegeta":
            record["late_p99_ms"] = round(float(np.percentile(answers.late(rate), 99)) * 1000, 2)
        record["per_scorer_core"] = per_core(record["server"]["requests"], window.spent())
        return Step(
            offered=rate,
            achieved=record["achieved"],
            p95_ms=milliseconds["p95"],
            failed=sum(record["errors"].values()),
            record=record | {"began": round(began)},
        )

    def job(self, rate: int, seconds: float) -> Job:
        """A tape of new payments that lasts a little longer than the generator."""
        WORK.mkdir(parents=True, exist_ok=True)
        tape = WORK / "tape.json"
        composer = self.target.composer(self.payments, rate)
        requests = composer.compose(round(rate * (seconds + SLACK)))
        write(tape, requests, url=self.target.url, key=self.target.key)
        return Job(
            url=self.target.url, key_file=self.target.key_file, tape=tape,
            rate=rate, seconds=seconds, folder=WORK,
        )  # fmt: skip

    def run(
        self,
        generator: Callable[[Job], AbstractContextManager[Running]],
        job: Job,
        warm_up: float,
        seconds: float,
    ) -> tuple[float, "Window", Answers]:
        """Run a generator to its end and look at the target in between."""
        with generator(job) as running:
            running.wait_begun()
            began = time.time()
            time.sleep(warm_up)
            window = Window(self.target, running.process.pid)
            window.open()
            time.sleep(max(0, window.start + seconds - time.time()))
            window.close()
            running.process.wait(timeout=job.seconds + 60)
            return began, window, running.answers()


@dataclass
class Window:
    """What the target and the machine tell at the beginning and at the end of some seconds."""

    target: Target
    generator: int
    """The generator's process."""
    start: float = 0.0
    end: float = 0.0
    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)
    _used: list[meter.Reading] = field(default_factory=list)

    def open(self) -> None:
        """Looking takes some milliseconds, so the first moment is the last thing noted."""
        self._used.append(self._cpu())
        self.before = self.target.metrics()
        self.start = time.time()

    def close(self) -> None:
        """And the last moment is the first."""
        self.end = time.time()
        self.after = self.target.metrics()
        self._used.append(self._cpu())

    @property
    def seconds(self) -> float:
        """How long it was open."""
        return self.end - self.start

    def counted(self) -> Histogram:
        """The server's answers in between."""
        return counted(self.before, self.after)

    def rounds(self) -> dict[str, Any]:
        """Where the server's time went: rounds a second, and each stage's percentiles in ms."""
        stages = {name: stage(self.before, self.after, name) for name in STAGES}
        per_second = max(one.total for one in stages.values()) / self.seconds
        return {"per_second": round(per_second, 1)} | {
            name: {f"p{q}": _ms(one.quantile(q / 100)) for q in PERCENTILES}
            for name, one in stages.items()
        }

    def spent(self) -> dict[str, float]:
        """CPU-seconds in between, by name."""
        return meter.spent(*self._used)

    def _cpu(self) -> meter.Reading:
        of_generator = meter.Processes({"generator": [self.generator]})()
        of_target = self.target.meter() if self.target.meter else {}
        return of_generator | meter.machine() | of_target


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 2)


def server(histogram: Histogram, seen: Answers) -> dict[str, Any]:
    """The server's percentiles beside the generator's, of the requests that score."""
    scored = seen[np.isin(seen.path, SCORING)].milliseconds()
    found: dict[str, Any] = {"requests": histogram.total}
    for percent in PERCENTILES:
        counted_, told = histogram.quantile(percent / 100), scored[f"p{percent}"]
        if counted_ is None or told is None:
            continue
        bounds = histogram.bucket(percent / 100) or (0.0, 0.0)
        found[f"p{percent}"] = round(counted_ * 1000, 2)
        found[f"p{percent}_bucket"] = [round(bound * 1000, 2) for bound in bounds]
        found[f"p{percent}_apart"] = round(apart(told, counted_ * 1000), 2)
    return found


def differences(record: dict[str, Any]) -> list[str]:
    """Where generator and server differ by more than 20 %, and by how much, one line each."""
    lines = []
    for percent in PERCENTILES:
        share = record["server"].get(f"p{percent}_apart")
        if share is not None and share > DIFFERENT:
            low, high = record["server"][f"p{percent}_bucket"]
            lines.append(
                f"{record['generator']} at {record['offered']}/s: P{percent} is"
                f" {record['milliseconds'][f'p{percent}']} ms, the server's"
                f" {record['server'][f'p{percent}']} ms (between {low} and {high}):"
                f" {share:.0%} apart"
            )
    return lines


def starved(record: dict[str, Any]) -> str | None:
    """Why a step may say more of the generator than of the service, or nothing."""
    cores = record["cpu_seconds"].get("generator", 0) / record["seconds"]
    late = record.get("late_p99_ms", 0)
    step = f"{record['generator']} at {record['offered']}/s"
    if record["generator"] == "locust" and cores > BUSY:
        return f"{step}: the generator took {cores:.2f} of the one core that it can use"
    if late > LATE_MS:
        return f"{step}: 1 % of the requests left {late:.0f} ms after their time or later"
    return None


def per_core(requests: float, cpu: Mapping[str, float]) -> float | None:
    """Scoring requests per CPU-second of the scorer."""
    used = cpu.get(meter.SCORER, 0)
    return round(requests / used, 1) if used else None
