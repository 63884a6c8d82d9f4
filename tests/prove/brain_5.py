import json
import time
from collections.abc import Sequence
from statistics import median

import httpx
import numpy as np

from app.adapters import onnx_model
from app.domain.features import FEATURES, matrix
from app.domain.simulator import simulate
from app.domain.transactions import Floats
from app.domain.world import World
from local.progress import Progress
from tests.e2e.stack import RunningStack
from tests.load.meter import SCORER, Pods, spent
from tests.prove.errors import ProveError
from tests.prove.evidence import Measured
from tests.prove.figures import Figure, Trial
from tests.prove.making import make

PROMISE = (
    "The deployed service scores at least 50,000 rows of given features a second per core, HTTP "
    "and JSON included, as the model scores them offline"
)
PATH = "/v1/score/features"
ROWS = 10_000
BODIES = 5
TRIALS, REQUESTS = 7, 100
"""A trial is a million rows: ten seconds or so."""
PATIENCE = 60.0
WORLD = World(customers=800, terminals=1600, days=60, seed=5)


def measure() -> Measured:
    """Rows of a simulated history, again and again, by the CPU time of the service's pods."""
    progress = Progress({"up": 60.0, "rows": 20.0, "trials": 20.0 * TRIALS})
    with progress.step("up"):
        make("up")
    stack = RunningStack.find()
    with progress.step("rows"):
        rows = np.array_split(matrix(simulate(WORLD).transactions)[: BODIES * ROWS], BODIES)
        bodies = [body(part) for part in rows]
    with progress.step("trials"), stack.scoring() as api:
        apart = max(furthest(api, part, told) for part, told in zip(rows, bodies, strict=True))
        trials = [trial(stack, api, bodies) for _ in range(TRIALS)]
    per_core, per_second = ([one[name] for one in trials] for name in ("per_core", "per_second"))
    return Measured(
        trials=trials,
        figures=[
            Figure(
                name="per_core", value=min(per_core), middle=median(per_core), unit="rows/s",
                at_least=50_000,
            ),
            Figure(name="per_second", value=min(per_second), unit="rows/s"),
            Figure(name="score_apart", value=apart, at_most=1e-6),
        ],
    )  # fmt: skip


def body(rows: Floats) -> bytes:
    """A request as any client would send it."""
    if len(rows) != ROWS:
        raise ProveError(f"the simulated world has too few payments: {len(rows)} rows, not {ROWS}")
    return json.dumps({"features": FEATURES, "rows": rows.tolist()}).encode()


def furthest(api: httpx.Client, rows: Floats, told: bytes) -> float:
    """How far an answer is at most from the committed model, unless another one was promoted."""
    judge = onnx_model.load()
    answer = rated(api, told)
    if answer["model_version"] != judge.scorer.version:
        raise ProveError(
            f"{answer['model_version']} decides, not the committed model: make rollback"
        )
    offline = judge.rate(rows)
    if answer["decisions"] != [one.value for one in offline.outcomes]:
        raise ProveError("the service's decisions are not those of the model")
    return float(np.abs(np.array(answer["scores"]) - offline.scores).max())


def trial(stack: RunningStack, api: httpx.Client, bodies: Sequence[bytes]) -> Trial:
    """Rows per second of the clock and of the CPU."""
    meter = Pods(stack)
    before, started = meter(), time.monotonic()
    for number in range(REQUESTS):
        rated(api, bodies[number % len(bodies)])
    seconds, used = time.monotonic() - started, spent(before, meter())
    return {
        "rows": REQUESTS * ROWS,
        "seconds": round(seconds, 2),
        "cpu_seconds": used,
        "per_second": round(REQUESTS * ROWS / seconds),
        "per_core": round(REQUESTS * ROWS / used[SCORER]),
    }


def rated(api: httpx.Client, told: bytes) -> dict[str, list[float] | list[str] | str]:
    """The answer. Reading it is the client's work, on the same machine and not on the meter."""
    headers = {"Content-Type": "application/json"}
    try:
        answer = api.post(PATH, content=told, headers=headers, timeout=PATIENCE).raise_for_status()
    except httpx.HTTPError as wrong:
        raise ProveError(f"{PATH}: {wrong}") from wrong
    told_back: dict[str, list[float] | list[str] | str] = answer.json()
    return told_back
