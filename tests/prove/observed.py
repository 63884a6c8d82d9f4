"""What a running cluster and its stack tell of themselves."""

from datetime import datetime
from typing import Any

from tests.e2e.parts import postgres
from tests.e2e.processes import started_at
from tests.e2e.stack import RunningStack
from tests.e2e.supervised import supervised
from tests.prove.figures import Trial

CLOCK_STEP = 1.0
"""Kubernetes notes times by the second, rounded down; what it notes happened up to this later."""


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
