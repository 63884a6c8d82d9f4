"""Serving and training see the same numbers, and none of them knows what it could not know."""

from dataclasses import replace
from typing import Any

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


def test_every_feature_has_one_name_and_one_column() -> None:
    assert len(set(FEATURES)) == len(FEATURES)
    assert matrix(crowded_history(4)).shape == (3000, len(FEATURES))


def relabelled(history: Transactions, some: np.ndarray[Any, np.dtype[np.bool_]]) -> Transactions:
    return replace(history, scenarios=np.where(some, 1 - history.scenarios, history.scenarios))


@pytest.mark.parametrize("day", [20, 55, 80])
def test_a_label_is_not_seen_for_a_week_and_a_later_payment_never(day: int) -> None:
    history = crowded_history(6)
    now = SUNDAY + day * DAY
    so_far = history.between(SUNDAY, now)
    unknown = history.times > now - 7 * DAY
    flipped = replace(
        history, scenarios=np.where(unknown, 1 - history.scenarios, history.scenarios)
    )
    amounts = np.where(history.times >= now, history.amounts * 9, history.amounts)
    rewritten = replace(flipped, amounts=amounts)

    rows = matrix(history)[: len(so_far)]

    assert np.array_equal(matrix(so_far), rows)
    assert np.array_equal(matrix(rewritten)[: len(so_far)], rows)
    assert not np.array_equal(matrix(rewritten), matrix(history))


def test_a_label_from_a_week_ago_is_seen() -> None:
    history = crowded_history(6)
    known = history.times <= history.times[-1] - 7 * DAY
    flipped = relabelled(history, known)

    before, after = matrix(history)[-1], matrix(flipped)[-1]

    changed = {name for name, a, b in zip(FEATURES, before, after, strict=True) if a != b}
    assert "terminal_risk_30d" in changed
    assert all(name.startswith("terminal_") for name in changed)


def test_a_customer_window_is_open_at_its_far_end_and_includes_the_payment_itself() -> None:
    past = CustomerWindow(np.array([0, 1, DAY]), np.array([10.0, 20.0, 30.0]))

    count_1d, count_7d, _, mean_1d, mean_7d, *_ = past.at(DAY, 40.0)

    assert (count_1d, mean_1d) == (3, 30.0)  # the one exactly a day ago is out
    assert (count_7d, mean_7d) == (4, 25.0)


def test_a_customer_never_seen_has_one_payment_and_its_amount_as_mean() -> None:
    found = CustomerWindow.empty().at(SUNDAY, 57.16).tolist()

    assert found == [1, 1, 1, 57.16, 57.16, 57.16, 1, 1, 0]  # once itself, and no peak before it


def test_an_amount_is_held_against_what_the_customer_spent_earlier_and_long_ago() -> None:
    days = np.array([0, 5, 20, 29])
    past = CustomerWindow(days * DAY + 1, np.array([10.0, 30.0, 80.0, 40.0]))

    ratio, settled, peak = past.at(30 * DAY, 60.0)[-3:]

    assert ratio == 60 / 40  # the mean of all four
    assert settled == 60 / 20  # the mean of those that are older than two weeks
    assert peak == 80 / 20  # the highest since then, without the payment itself


def test_without_settled_payments_the_earlier_ones_stand_in() -> None:
    past = CustomerWindow(np.array([DAY, 2 * DAY]), np.array([10.0, 30.0]))

    assert past.at(3 * DAY, 60.0)[-3:].tolist() == [3, 3, 1.5]


def test_payments_of_nothing_are_no_division_by_zero() -> None:
    past = CustomerWindow(np.array([DAY]), np.array([0.0]))

    assert np.isfinite(past.at(2 * DAY, 0.0)).all()
    assert np.isfinite(past.at(2 * DAY, 5.0)).all()


def terminal_at(day: float, *events: tuple[float, bool]) -> list[float]:
    days, frauds = zip(*events, strict=True)
    times = (np.array(days) * DAY).astype(np.int64)
    window = TerminalWindow(times, np.array(frauds, np.bool_))
    found: list[float] = window.at(int(day * DAY))[-3:].tolist()
    return found


def test_frauds_in_a_row_are_counted_back_from_the_newest_known_payment() -> None:
    known = [(10, False), (12, True), (14, True), (15, True)]

    assert terminal_at(30, *known) == [3, 18, 20]
    assert terminal_at(30, *known, (24, False)) == [3, 18, 20]  # not known yet: six days ago
    assert terminal_at(31, *known, (24, False)) == [0, 0, 7]


def test_a_run_reaches_no_further_back_than_the_window() -> None:
    old, newer = (1, True), (20, True)

    assert terminal_at(40, old, newer) == [1, 20, 37]
    assert terminal_at(37.5, old, newer) == [2, 36.5, 37]


def test_the_run_of_another_terminal_is_not_continued() -> None:
    history = Transactions(
        ids=np.arange(3),
        customers=np.array([1, 2, 3]),
        terminals=np.array([4, 5, 5]),
        amounts=np.full(3, 10.0),
        times=SUNDAY + np.array([0, 1, 20]) * DAY,
        scenarios=np.array([1, 1, 0]),
    )

    assert column("terminal_fraud_run", matrix(history)) == [0, 0, 1]
    assert column("terminal_run_age", matrix(history)) == [0, 0, 19]


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

    count_1d, count_7d, _, risk_1d, risk_7d, *_ = terminal.at(now)

    assert (count_1d, risk_1d) == (2, 0.5)
    assert (count_7d, risk_7d) == (3, pytest.approx(2 / 3))


def test_a_terminal_without_past_carries_no_risk() -> None:
    assert TerminalWindow.empty().at(SUNDAY).tolist() == [0] * 8 + [37]  # days: nothing in reach


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
