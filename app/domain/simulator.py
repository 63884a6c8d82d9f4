"""The benchmark's card payments, drawn again to the last one from their published recipe.

The draws follow NumPy's legacy generator and Python's `random`, one after the other, because the
published figures hang on exactly that sequence. With the defaults this is the published data set.
"""
# ruff: noqa: S311 (the legacy generators are the specification; nothing here is a secret)

import random
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from app.domain.transactions import DAY, Ints, Transactions
from app.domain.windows import TERMINAL_DAYS

START = 1_522_540_800
"""2018-04-01T00:00:00Z."""
TEST_DAY = 129
"""2018-08-08, counted from the start: the first day of the held-out week."""
LARGE_AMOUNT = 220
"""Above it, the first scenario calls every payment a fraud."""

_SEED_STRIDE = 1_000_003
"""Data sets of different seeds share no stream: customers count from zero within each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is simulated."""

    customers: int = 5000
    terminals: int = 10_000
    days: int = 183
    start: int = START
    radius: float = 5.0
    """How far from home a customer pays, on a map of 100 by 100."""
    seed: int = 0
    """Zero is the published data set."""

    def stream(self, number: int) -> int:
        """The seed of one of the world's random streams."""
        return self.seed * _SEED_STRIDE + number

    def midnight(self, day: int) -> int:
        """When a day of the world begins, in seconds since the epoch."""
        return self.start + day * DAY


@dataclass(frozen=True, slots=True)
class Simulation:
    """The payments of a world, labelled, and how many frauds each scenario added."""

    world: World
    transactions: Transactions
    added: tuple[int, ...]
    """By scenario 1, 2, 3: newly fraudulent, before a later scenario relabels them."""

    def history(self, until: int = TEST_DAY, days: int = TERMINAL_DAYS) -> Transactions:
        """The payments of the days before a day. The default fills the test week's windows."""
        midnight = self.world.midnight
        return self.transactions.between(midnight(until - days), midnight(until))

    def test_week(self) -> Transactions:
        """The held-out payments, 2018-08-08 to 08-14: no model has seen them."""
        return self.history(TEST_DAY + 7, 7)


_STOLEN_DAYS = 14

TEST_WEEK_EVE = World(days=TEST_DAY + _STOLEN_DAYS)
"""The published world without what comes too late to change its payments before the test week."""


class _Customer(NamedTuple):
    x: float
    y: float
    mean_amount: float
    payments_per_day: float


def simulate(world: World | None = None) -> Simulation:
    """Draw the payments, then let the three fraud scenarios loose on them."""
    world = world or World()
    transactions = _payments(world)
    added = []
    for scenario in (_large_amounts, _compromised_terminals, _stolen_cards):
        before = int(transactions.frauds.sum())
        transactions = scenario(world, transactions)
        added.append(int(transactions.frauds.sum()) - before)
    return Simulation(world, transactions, tuple(added))


def _payments(world: World) -> Transactions:
    places = np.random.RandomState(world.stream(1)).uniform(0, 100, (world.terminals, 2))
    customers, terminals, amounts, seconds = [], [], [], []
    for number, customer in enumerate(_customers(world)):
        near = np.hypot(*(places - (customer.x, customer.y)).T) < world.radius
        paid = _payments_of(customer, np.flatnonzero(near).tolist(), world, world.stream(number))
        customers += [number] * len(paid.amounts)
        terminals += paid.terminals
        amounts += paid.amounts
        seconds += paid.seconds
    order = np.argsort(np.array(seconds), kind="stable")
    return Transactions(
        ids=np.arange(len(order)),
        customers=np.array(customers)[order],
        terminals=np.array(terminals)[order],
        amounts=np.round(amounts, 2)[order],
        times=world.start + np.array(seconds)[order],
        scenarios=np.zeros(len(order), np.int64),
    )


def _customers(world: World) -> list[_Customer]:
    draw = np.random.RandomState(world.stream(0)).uniform
    low, high = (0, 0, 5, 0), (100, 100, 100, 4)
    return [_Customer(*profile) for profile in draw(low, high, (world.customers, 4)).tolist()]


class _Paid(NamedTuple):
    seconds: list[int]
    amounts: list[float]
    terminals: list[int]


def _payments_of(customer: _Customer, near: list[int], world: World, seed: int) -> _Paid:
    """One customer's payments, day by day. The order of the draws is the specification."""
    paid = _Paid([], [], [])
    numpy, python = np.random.RandomState(seed), random.Random(seed)
    mean = customer.mean_amount
    for day in range(world.days):
        for _ in range(numpy.poisson(customer.payments_per_day)):
            second = int(43_200 + 20_000 * numpy.standard_normal())
            if not 0 < second < DAY:
                continue
            amount = mean + mean / 2 * numpy.standard_normal()
            if amount < 0:
                amount = numpy.uniform(0, 2 * mean)
            if near:
                paid.seconds.append(day * DAY + second)
                paid.amounts.append(amount)
                paid.terminals.append(python.choice(near))
    return paid


def _large_amounts(_: World, payments: Transactions) -> Transactions:
    """Scenario 1: whatever costs more than a limit. A rule that a model must find."""
    return replace(
        payments, scenarios=np.where(payments.amounts > LARGE_AMOUNT, 1, payments.scenarios)
    )


def _compromised_terminals(world: World, payments: Transactions) -> Transactions:
    """Scenario 2: every day two terminals start to cheat, for four weeks."""
    scenarios = payments.scenarios.copy()
    for day in range(world.days - 1):
        chosen = _sample(world.terminals, 2, world.stream(day))
        scenarios[_rows(payments, payments.terminals, chosen, world.midnight(day), 28)] = 2
    return replace(payments, scenarios=scenarios)


def _stolen_cards(world: World, payments: Transactions) -> Transactions:
    """Scenario 3: every day three cards leak, and for two weeks a third of what they pay is 5x."""
    scenarios, amounts = payments.scenarios.copy(), payments.amounts.copy()
    for day in range(world.days - 1):
        chosen = _sample(world.customers, 3, world.stream(day))
        begin = world.midnight(day)
        rows = _rows(payments, payments.customers, chosen, begin, _STOLEN_DAYS).tolist()
        stolen = random.Random(world.stream(day)).sample(rows, k=len(rows) // 3)
        amounts[stolen] *= 5
        scenarios[stolen] = 3
    return replace(payments, scenarios=scenarios, amounts=np.round(amounts, 2))


def _sample(population: int, size: int, seed: int) -> Ints:
    """As a seeded data frame samples its rows: the head of a legacy permutation."""
    return np.random.RandomState(seed).choice(population, size, replace=False)


def _rows(payments: Transactions, owners: Ints, chosen: Ints, begin: int, days: int) -> Ints:
    """Where the chosen ones' payments of these days are, in order."""
    first, end = np.searchsorted(payments.times, [begin, begin + days * DAY])
    rows: Ints = first + np.flatnonzero(np.isin(owners[first:end], chosen))
    return rows
