"""Serving and training see the same fifteen numbers."""

import numpy as np
import pytest

from app.domain.features import FEATURES, matrix, row
from app.domain.transactions import DAY, Transaction, Transactions
from app.domain.windows import CustomerWindow, TerminalWindow

SUNDAY = 1_522_540_800  # 2018-04-01T00:00:00Z


def crowded_history(seed: int, size: int = 3000) -> Transactions:
    """Few customers and terminals, 90 days, many payments in one second or exactly days apart."""
    random = np.random.default_rng(seed)
    times = SUNDAY + random.integers(0, 90, size) * DAY + random.integers(0, 5, size)
    spread = random.random(size) < 0.5
    times[spread] = SUNDAY + random.integers(0, 90 * DAY, spread.sum())
    return Transactions(
        ids=np.arange(size),
        customers=random.integers(0, 12, size),
        terminals=random.integers(0, 9, size),
        amounts=random.integers(1, 100_000, size) / 100,
        times=np.sort(times),
        scenarios=random.integers(0, 2, size),
    )


def served(history: Transactions) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """The rows as the service makes them: one payment at a time, from what it has stored."""
    customers: dict[int, CustomerWindow] = {}
    rows = []
    for number, payment in enumerate(history):
        customer = customers.get(payment.customer_id, CustomerWindow.empty())
        past = history[:number]
        here = past.terminals == payment.terminal_id
        terminal = TerminalWindow(past.times[here], past.frauds[here])
        rows.append(row(payment, customer, terminal))
        customers[payment.customer_id] = customer.after(payment.time, payment.amount)
    return np.array(rows)


def column(name: str, rows: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> list[float]:
    return [float(value) for value in rows[:, FEATURES.index(name)]]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_serving_computes_what_training_computed_bit_for_bit(seed: int) -> None:
    history = crowded_history(seed)
    assert len(np.unique(history.times)) < len(history)  # there are ties

    assert np.array_equal(served(history), matrix(history))


def test_there_are_fifteen_features_each_named_once() -> None:
    assert len(set(FEATURES)) == len(FEATURES) == 15
    assert matrix(crowded_history(4)).shape == (3000, 15)


def test_a_customer_window_is_open_at_its_far_end_and_includes_the_payment_itself() -> None:
    past = CustomerWindow(np.array([0, 1, DAY]), np.array([10.0, 20.0, 30.0]))

    count_1d, count_7d, _, mean_1d, mean_7d, _ = past.at(DAY, 40.0)

    assert (count_1d, mean_1d) == (3, 30.0)  # the one exactly a day ago is out
    assert (count_7d, mean_7d) == (4, 25.0)


def test_a_customer_never_seen_has_one_payment_and_its_amount_as_mean() -> None:
    assert CustomerWindow.empty().at(SUNDAY, 57.16).tolist() == [1, 1, 1, 57.16, 57.16, 57.16]


def test_a_late_payment_is_judged_by_what_was_known_of_its_own_time() -> None:
    past = CustomerWindow(np.array([100, 300]), np.array([10.0, 90.0]))

    assert past.at(200, 20.0)[[0, 3]].tolist() == [2, 15.0]
    assert past.after(200, 20.0).times.tolist() == [100, 200, 300]
    assert past.after(200, 20.0).amounts.tolist() == [10.0, 20.0, 90.0]


def test_a_terminal_window_ends_a_week_ago_including_that_second() -> None:
    now = SUNDAY + 40 * DAY
    week_ago = now - 7 * DAY
    terminal = TerminalWindow(
        np.array([week_ago - DAY, week_ago - DAY + 1, week_ago, week_ago + 1]),
        np.array([True, True, False, True]),
    )

    count_1d, count_7d, _, risk_1d, risk_7d, _ = terminal.at(now)

    assert (count_1d, risk_1d) == (2, 0.5)
    assert (count_7d, risk_7d) == (3, pytest.approx(2 / 3))


def test_a_terminal_without_past_carries_no_risk() -> None:
    assert TerminalWindow.empty().at(SUNDAY).tolist() == [0] * 6


@pytest.mark.parametrize(
    ("hour", "night", "weekend"),
    [(0, 1, 1), (6.99, 1, 1), (7, 0, 1), (23.99, 0, 1), (24, 1, 0), (24 * 5 + 12, 0, 0)],
)
def test_night_lasts_to_seven_and_the_weekend_is_saturday_and_sunday(
    hour: float, night: int, weekend: int
) -> None:
    payment = Transaction(1, 1, 1, 10.0, SUNDAY + int(hour * 3600))

    features = row(payment, CustomerWindow.empty(), TerminalWindow.empty())

    assert features[:3].tolist() == [10.0, weekend, night]


def test_money_is_summed_in_cents_so_means_carry_no_rounding_of_their_own() -> None:
    past = CustomerWindow(np.arange(9), np.full(9, 0.1))

    assert past.at(9, 0.1)[3] == 0.1


def test_customers_do_not_see_each_other() -> None:
    history = Transactions(
        ids=np.arange(3),
        customers=np.array([7, 5, 7]),
        terminals=np.array([1, 1, 1]),
        amounts=np.array([10.0, 500.0, 20.0]),
        times=SUNDAY + np.array([0, 1, 2]),
        scenarios=np.zeros(3, np.int64),
    )

    assert column("customer_count_30d", matrix(history)) == [1, 1, 2]
    assert column("customer_mean_30d", matrix(history)) == [10.0, 500.0, 15.0]
