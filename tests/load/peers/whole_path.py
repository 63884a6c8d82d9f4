"""Ours as deployed, with windows, log and reasons: beside the peers, not held against them."""

from dataclasses import replace
from typing import Any

from tests.e2e.stack import RunningStack, StackDownError
from tests.load.generators import vegeta
from tests.load.measure import Bench
from tests.load.peers.contest import CLIENTS, RATE, SECONDS, WARM_UP, after_warm_up
from tests.load.target import deployed
from tests.prove.errors import ProveError

MOST = 10_000
"""Requests per second for which the closed loop has payments."""


def whole_path() -> dict[str, Any]:
    """Throughput of a closed loop and P95 at the peers' rate, or why there is none."""
    try:
        bench = Bench(deployed(RunningStack.find()))
        flat = bench.step("vegeta", RATE, warm_up=WARM_UP, seconds=SECONDS)
        job = replace(bench.job(MOST, WARM_UP + SECONDS), rate=0, clients=CLIENTS)
        with vegeta(job) as running:
            running.process.wait(timeout=job.seconds + 60)
            closed = after_warm_up(running.answers())
    except (StackDownError, ProveError) as why:
        return {"why_not": str(why)}
    return {
        "throughput": round(float(closed.well.sum()) / SECONDS, 1),
        "errors": closed.errors(),
        "rate": RATE,
        "p95": flat.p95_ms,
        "record": flat.record,
    }
