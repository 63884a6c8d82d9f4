"""`make load`: 250 requests/s and twice as many until the knee, by locust and then by vegeta.

URL and KEY_FILE name a target; without them it is the running stack. One that is not ours needs
ALLOW_REMOTE=1. Results: build/load/result.json and build/load/knee.svg.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from local.progress import duration
from tests.e2e.stack import StackDownError
from tests.load import knee
from tests.load.generators import GENERATORS
from tests.load.knee import Step
from tests.load.measure import Bench, differences, starved
from tests.load.ours import NotOursError
from tests.load.picture import picture
from tests.load.target import WORK, find
from tests.prove.errors import ProveError
from tests.prove.evidence import commit, today

WARM_UP, SECONDS = 5.0, 15.0
STEPS = 8
"""Of a usual staircase: for the time left."""
WIDTHS = (9, 9, 10, 8, 8, 8, 11, 11, 12)
HEADING = (
    "generator", "offered", "answered", "P50 ms", "P95 ms", "P99 ms", "server P95", "CPU scorer",
    "req/s a core",
)  # fmt: skip


@dataclass
class Run:
    """The staircases of one run, told as they are climbed."""

    bench: Bench
    seconds: float = SECONDS
    most: int = knee.MOST
    staircases: int = 1
    steps: list[Step] = field(default_factory=list)

    def climb(self, generator: str) -> Step | None:
        """One generator's staircase and its knee."""
        climb = self.bench.climb(generator, WARM_UP, self.seconds)
        mine = []
        self.staircases -= 1
        for step in knee.staircase(climb, most=self.most):
            mine.append(step)
            self.steps.append(step)
            ahead = max(STEPS - len(mine), 0) + self.staircases * STEPS
            print(f"{line(step.record)}  about {duration(ahead * self.each)} left", flush=True)
        return knee.knee(mine)

    @property
    def each(self) -> float:
        """Seconds of a usual step, its tape and its start included."""
        return WARM_UP + self.seconds + 4


def row(cells: Sequence[str]) -> str:
    """Cells at fixed places: a line is printed before the next one is known."""
    first, *others = zip(cells, WIDTHS, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)])


def line(record: dict[str, Any]) -> str:
    """A step as a person reads it."""
    seen, cpu = record["milliseconds"], record["cpu_seconds"].get("scorer")
    errors = "".join(f"  {count} {kind}" for kind, count in record["errors"].items())
    cells = (
        record["generator"],
        f"{record['offered']:,}",
        f"{record['achieved']:,.0f}",
        *(f"{seen[p]:.1f}" if seen[p] is not None else "-" for p in ("p50", "p95", "p99")),
        f"{record['server']['p95']:.1f}" if "p95" in record["server"] else "-",
        f"{100 * cpu / record['seconds']:.0f} %" if cpu else "-",
        f"{record['per_scorer_core']:,.0f}" if record["per_scorer_core"] else "-",
    )
    return row(cells) + errors


def climb_all(seconds: float, generators: Sequence[str], most: int) -> dict[str, Any]:
    """Every generator's staircase against the target."""
    target = find()
    print(f"{target.url}: {WARM_UP:.0f} s warm-up and {seconds:.0f} s a step")
    run = Run(Bench(target), seconds, most, len(generators))
    print(f"about {duration(len(generators) * STEPS * run.each)}\n\n{row(HEADING)}", flush=True)
    knees = {name: run.climb(name) for name in generators}
    records = [step.record for step in run.steps]
    return {
        "title": f"{target.url}, {today()[:10]}, commit {commit()[:10]}",
        "date": today(),
        "knee": {name: step.offered if step else None for name, step in knees.items()},
        "differences": [text for record in records for text in differences(record)],
        "starved": [text for record in records if (text := starved(record))],
        "steps": records,
    }


def told(result: dict[str, Any]) -> str:
    """What came out of it."""
    lines = [
        f"knee by {name}: {f'{at:,.0f} requests/s' if at else 'below the first step'}"
        for name, at in result["knee"].items()
    ]
    lines.append(
        f"the knee is the highest step with at least {knee.ACHIEVED:.0%} of the offered requests"
        f" answered well, P95 <= {knee.P95_MS:.0f} ms and no error, as all below it"
    )
    lines += result["differences"] or ["the server's percentiles agree within 20 %"]
    lines += result["starved"]
    return "\n".join(["", *lines])


def main(arguments: Sequence[str] | None = None) -> int:
    """Climb, write, draw; one line says why not."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each step")
    parser.add_argument("--most", type=int, default=knee.MOST, help="requests/s at most")
    parser.add_argument("--generators", nargs="+", choices=GENERATORS, default=list(GENERATORS))
    asked = parser.parse_args(arguments)
    try:
        result = climb_all(asked.seconds, asked.generators, asked.most)
    except (ProveError, NotOursError, StackDownError) as wrong:
        print(f"error: load: {wrong}", file=sys.stderr)
        return 1
    file = WORK / "result.json"
    file.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(told(result))
    print(f"\n{file}\n{picture(file, file.with_name('knee.svg'))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
