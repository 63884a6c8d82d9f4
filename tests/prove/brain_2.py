from collections.abc import Callable
from dataclasses import asdict

import httpx
import numpy as np

from app.domain.simulator import simulate
from app.domain.windows import TERMINAL_DAYS
from app.domain.world import TEST_DAY
from app.progress import Progress as Count
from local.progress import Progress
from tests.e2e import history, timeouts
from tests.e2e.disorder import Plan, disordered
from tests.e2e.parts import sql
from tests.e2e.shadow import Shadow, shadow
from tests.e2e.stack import RunningStack, StackDownError
from tests.prove.evidence import Measured
from tests.prove.figures import Figure
from tests.prove.making import make

PROMISE = (
    "over 100,000 payments of two weeks replayed through the API, some of them late, their labels "
    "told seven days later, some of these late or wrong at first, no feature and no score differs "
    "from the offline one by more than 1e-6"
)
DAYS = 14
TICK = 3600
SINGLES = 10
"""Of each hour's payments; the others go in batches."""
SEED = 4


def measure() -> Measured:
    """The weeks after the history, on a stack that has not seen them."""
    progress = Progress({"stack": 200.0, "history": 60.0, "plan": 30.0, "replay": 600.0})
    with progress.step("plan"):
        plan = weeks()
    with progress.step("stack"):
        stack = _unseen(plan)
    with progress.step("history"):
        history.load(stack)
    with progress.step("replay"), stack.scoring() as api:
        api.timeout = timeouts.BATCH
        seen = replay(api, plan)
    return measured(seen)


def weeks() -> Plan:
    """The published payments of 2018-08-08 to 08-21, with the history that the backfill loads.

    It loads that history with all its labels, those of its last week too, which nobody could know
    yet. They are outside every window until they could be known: windows end seven days before a
    payment, by its own time, so for a late payment they end even earlier.
    """
    simulation = simulate()
    payments = simulation.history(TEST_DAY + DAYS, TERMINAL_DAYS + DAYS)
    known = int(np.searchsorted(payments.times, simulation.world.midnight(TEST_DAY)))
    return disordered(payments, known=known, tick=TICK, seed=SEED)


def replay(api: httpx.Client, plan: Plan) -> Shadow:
    """Tell it all, and how far it is now and then."""
    return shadow(api, plan, singles=SINGLES, progress=_now_and_then(len(plan.told)))


def measured(seen: Shadow) -> Measured:
    """The differences, and that the weeks were as disorderly as they should be."""
    return Measured(
        trials=[asdict(seen)],
        figures=[
            Figure(name="replayed", value=seen.decided_now, at_least=100_000),
            Figure(name="compared", value=seen.compared, at_least=100_000),
            Figure(name="feature_apart", value=seen.feature, at_most=1e-6),
            Figure(name="score_apart", value=seen.score, at_most=1e-6),
            Figure(name="degraded", value=seen.degraded, at_most=0),
            Figure(name="out_of_order", value=seen.out_of_order, at_least=1000),
            Figure(name="labels", value=seen.labels, at_least=50_000),
            Figure(name="late_labels", value=seen.late_labels, at_least=1000),
            Figure(name="corrected_labels", value=seen.corrected_labels, at_least=500),
            Figure(name="moved_by_disorder", value=seen.moved, at_least=1000),
            Figure(name="per_second", value=round(seen.told / seen.seconds), unit="payments/s"),
        ],
    )


def _unseen(plan: Plan) -> RunningStack:
    """The stack that is up, or a fresh one where these weeks were told already."""
    ids = plan.stream.payments.ids[plan.told]
    told = f"transaction_id BETWEEN {ids.min()} AND {ids.max()}"
    try:
        stack = RunningStack.find()
        if sql(stack, f"SELECT count(*) FROM transactions WHERE {told}") == [["0"]]:  # noqa: S608
            return stack
    except StackDownError:
        pass
    for verb in ("down", "engine", "image", "stack"):
        make(verb)
    return RunningStack.find()


def _now_and_then(total: int) -> Callable[[int], None]:
    """Some twenty lines."""
    progress, waiting = Count("replayed", total), 0

    def add(count: int) -> None:
        nonlocal waiting
        waiting += count
        if waiting >= total // 20:
            progress.add(waiting)
            waiting = 0

    return add
