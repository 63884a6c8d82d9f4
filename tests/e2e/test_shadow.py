"""What the model is shown when it serves is what it was trained on, in whatever order things come.

A few thousand payments of a small world of their own; the published weeks are `make prove
BAR=brain-2`.
"""

import secrets
from dataclasses import replace

import pytest

from app.domain.simulator import simulate
from app.domain.transactions import DAY, Transactions
from app.domain.world import World
from app.replay import BATCH
from tests.e2e import timeouts
from tests.e2e.disorder import Disorder, disordered
from tests.e2e.payments import ABOVE
from tests.e2e.shadow import Shadow, shadow
from tests.e2e.stack import RunningStack

SMALL = World(customers=34, terminals=150, days=75, radius=25, seed=7)
VERY = Disorder(late_payments=0.1, latest_payment=30 * DAY, wrong_labels=0.05)
SKEW = 1e-6
TRIES = 3
OUTAGES = 0.5
"""The share that may be answered without Redis by the last try: a stall of a second costs all of
some seconds, and a try takes few. Without Redis it would be all of them."""
CLOCK = 1800
"""Seconds: a coarse clock, so that many payments share a second or are exactly days apart."""


def elsewhere(payments: Transactions) -> Transactions:
    """The same payments, by a coarse clock, of cards and at terminals that nobody has seen."""
    base = 5 * ABOVE + secrets.randbelow(ABOVE)
    return replace(
        payments,
        ids=payments.ids + base,
        customers=payments.customers + base,
        terminals=payments.terminals + base,
        times=payments.times // CLOCK * CLOCK,
    )


@pytest.fixture(scope="module")
def seen(stack: RunningStack) -> Shadow:
    """The first try that nothing disturbed, or the last one; each is of other cards."""
    payments = simulate(SMALL).transactions
    for _ in range(TRIES):
        plan = disordered(elsewhere(payments), known=0, tick=DAY, seed=1, how=VERY)
        with stack.scoring() as api:
            api.timeout = timeouts.BATCH
            found = shadow(api, plan, singles=3)
        if not found.degraded and not found.retries:
            break
    return found


def test_every_feature_is_that_of_training(seen: Shadow) -> None:
    assert seen.told == seen.decided_now > 3000
    assert seen.told / 2 < seen.compared
    # What had to be told again may have been recorded: then it is told without its features.
    assert seen.told - seen.compared <= BATCH * seen.retries
    assert seen.degraded <= OUTAGES * seen.told
    assert {name: apart for name, apart in seen.features.items() if apart > SKEW} == {}


def test_every_score_is_that_of_the_model_offline(seen: Shadow) -> None:
    assert seen.score <= SKEW


def test_it_was_no_easy_order(seen: Shadow) -> None:
    assert seen.out_of_order > 50
    assert seen.late_labels > 100
    assert seen.corrected_labels > 20
    assert seen.moved > 500
