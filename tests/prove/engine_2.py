from datetime import datetime
from typing import Any

from local.progress import Progress
from tests.e2e.parts import postgres
from tests.e2e.processes import started_at
from tests.e2e.stack import RunningStack
from tests.e2e.supervised import supervised
from tests.prove.evidence import Measured
from tests.prove.figures import Trial, worst
from tests.prove.making import make

PROMISE = (
    "A node is Ready within 20 s, its control plane and agents take at most 800 MB, and Postgres "
    "with two instances is healthy within 90 s of its creation"
)
TRIALS = range(1, 4)
CLOCK_STEP = 1.0
"""Kubernetes notes times by the second, rounded down; what it notes happened up to this later."""


def measure() -> Measured:
    """Three clusters from nothing but the cache, read empty and again once their stack scores."""
    steps = {f"{what}, trial {n}": s for n in TRIALS for what, s in (("engine", 40), ("up", 200))}
    progress = Progress(steps)
    trials = []
    for n in TRIALS:
        make("down")
        with progress.step(f"engine, trial {n}"):
            make("engine")
        alone = resident()
        with progress.step(f"up, trial {n}"):
            make("up")
        trials.append(observed(RunningStack.find()) | {"resident_megabytes": alone})

    def of(name: str) -> list[float]:
        return [trial[name] for trial in trials]

    return Measured(
        trials=trials,
        figures=[
            worst("node_ready_seconds", of("node_ready_seconds"), unit="s", at_most=20),
            worst("resident_megabytes", of("resident_megabytes"), unit="MB", at_most=800),
            worst("resident_with_stack_megabytes", of("resident_with_stack_megabytes"), unit="MB"),
            worst("postgres_healthy_seconds", of("postgres_healthy_seconds"), unit="s", at_most=90),
        ],
    )


def observed(stack: RunningStack) -> Trial:
    """The figures of a stack that just came up, and what the memory is made of."""
    programs = supervised()
    began = min(started_at(program) for program in programs)
    ready = max(
        condition.last_transition_time.timestamp()
        for node in stack.core.list_node().items
        for condition in node.status.conditions
        if condition.type == "Ready" and condition.status == "True"
    )
    return {
        "node_ready_seconds": round(ready + CLOCK_STEP - began, 1),
        "resident_with_stack_megabytes": resident(),
        "resident_megabytes_by_program": {
            p.name: round(p.resident_bytes / 10**6, 1) for p in programs
        },
        "postgres_healthy_seconds": healthy_after(postgres(stack)),
    }


def resident() -> float:
    """What the control plane and the agents hold in memory together, shared pages in each."""
    return round(sum(program.resident_bytes for program in supervised()) / 10**6, 1)


def healthy_after(cluster: dict[str, Any]) -> float:
    """From the creation of the object until its operator called it ready, all instances up."""
    status = cluster["status"]
    ready = next(c for c in status["conditions"] if c["type"] == "Ready" and c["status"] == "True")
    since = datetime.fromisoformat(cluster["metadata"]["creationTimestamp"])
    return (datetime.fromisoformat(ready["lastTransitionTime"]) - since).seconds + CLOCK_STEP
