"""The simulation is the published one: to the last payment, fraud and scenario."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from app.domain.frauds import LARGE_AMOUNT
from app.domain.simulator import Simulation, simulate
from app.domain.transactions import DAY
from app.domain.world import START, World
from tests.unit.app.published import published

SMALL = World(customers=60, terminals=200, days=40, radius=15)


@pytest.fixture(scope="module")
def small() -> Simulation:
    return simulate(SMALL)


def test_the_published_counts_come_out_exactly() -> None:
    simulation = published()
    payments = simulation.transactions

    assert len(payments) == 1_754_155
    assert int(payments.frauds.sum()) == 14_681
    assert np.bincount(payments.scenarios)[1:].tolist() == [973, 9_077, 4_631]
    assert simulation.added == (978, 9_099, 4_604)


def test_the_history_is_the_37_days_before_the_test_week() -> None:
    history, week = published().history(), published().test_week()

    assert len(history) == 354_211
    assert first_and_last_day(history.times) == ("2018-07-02", "2018-08-07")
    assert first_and_last_day(week.times) == ("2018-08-08", "2018-08-14")
    assert week.ids[0] == history.ids[-1] + 1


def first_and_last_day(times: np.ndarray[tuple[int], np.dtype[np.int64]]) -> tuple[str, str]:
    first, last = (datetime.fromtimestamp(int(time), UTC) for time in times[[0, -1]])
    return str(first.date()), str(last.date())


def test_payments_are_numbered_in_the_order_of_time(small: Simulation) -> None:
    payments = small.transactions

    assert payments.ids.tolist() == list(range(len(payments)))
    assert (np.diff(payments.times) >= 0).all()
    assert payments.times[0] >= START
    assert payments.times[-1] < START + SMALL.days * DAY


def test_amounts_are_whole_cents_even_after_a_card_is_stolen(small: Simulation) -> None:
    amounts = small.transactions.amounts

    assert np.array_equal(np.round(amounts, 2), amounts)
    assert (amounts >= 0).all()


def test_only_frauds_exceed_the_large_amount(small: Simulation) -> None:
    payments = small.transactions
    large = payments.amounts > LARGE_AMOUNT

    assert payments.frauds[large].all()
    assert not payments.frauds.all()


def test_customers_pay_at_terminals_near_their_home(small: Simulation) -> None:
    payments = small.transactions
    visited = [len(set(payments.terminals[payments.customers == one])) for one in range(60)]

    assert max(visited) < SMALL.terminals / 4


def test_a_customer_without_a_terminal_nearby_pays_nowhere() -> None:
    assert len(simulate(replace(SMALL, radius=0)).transactions) == 0


def test_the_same_seed_draws_the_same_and_another_seed_draws_others(small: Simulation) -> None:
    again, other = simulate(SMALL).transactions, simulate(replace(SMALL, seed=1)).transactions

    assert np.array_equal(again.amounts, small.transactions.amounts)
    assert np.array_equal(again.scenarios, small.transactions.scenarios)
    assert len(set(other.amounts[:100]) & set(again.amounts[:100])) < 10


def test_days_that_come_two_weeks_later_change_nothing(small: Simulation) -> None:
    shorter = simulate(replace(SMALL, days=20 + 14)).history(until=20, days=20)
    longer = small.history(until=20, days=20)

    assert np.array_equal(longer.ids, shorter.ids)
    assert np.array_equal(longer.amounts, shorter.amounts)
    assert np.array_equal(longer.scenarios, shorter.scenarios)
    assert {2, 3} <= set(longer.scenarios.tolist())
