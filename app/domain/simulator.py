"""The benchmark's card payments, drawn again to the last one from their published recipe.

The draws follow NumPy's legacy generator and Python's `random`, one after the other, because the
published figures hang on exactly that sequence. With the defaults this is the published data set.
"""
# ruff: noqa: S311 (the legacy generators are the specification; nothing here is a secret)

import random
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from app.domain.frauds import SCENARIOS
from app.domain.transactions import DAY, Transactions
from app.domain.windows import TERMINAL_DAYS
from app.domain.world import TEST_DAY, World


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
    for scenario in SCENARIOS:
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
