"""The benchmark's three kinds of fraud, let loose on genuine payments one after the other.

Each overwrites the labels of the one before. Their random choices are part of the recipe.
"""
# ruff: noqa: S311 (the legacy generators are the specification; nothing here is a secret)

import random
from dataclasses import replace

import numpy as np

from app.domain.transactions import DAY, Ints, Transactions
from app.domain.world import STOLEN_DAYS, World

LARGE_AMOUNT = 220


def large_amounts(_: World, payments: Transactions) -> Transactions:
    """Scenario 1: whatever costs more than a limit. A rule that a model must find."""
    return replace(
        payments, scenarios=np.where(payments.amounts > LARGE_AMOUNT, 1, payments.scenarios)
    )


def compromised_terminals(world: World, payments: Transactions) -> Transactions:
    """Scenario 2: every day two terminals start to cheat, for four weeks."""
    scenarios = payments.scenarios.copy()
    for day in range(world.days - 1):
        chosen = _sample(world.terminals, 2, world.stream(day))
        scenarios[_rows(payments, payments.terminals, chosen, world.midnight(day), 28)] = 2
    return replace(payments, scenarios=scenarios)


def stolen_cards(world: World, payments: Transactions) -> Transactions:
    """Scenario 3: every day three cards leak, and for two weeks a third of what they pay is 5x."""
    scenarios, amounts = payments.scenarios.copy(), payments.amounts.copy()
    for day in range(world.days - 1):
        chosen = _sample(world.customers, 3, world.stream(day))
        begin = world.midnight(day)
        rows = _rows(payments, payments.customers, chosen, begin, STOLEN_DAYS).tolist()
        stolen = random.Random(world.stream(day)).sample(rows, k=len(rows) // 3)
        amounts[stolen] *= 5
        scenarios[stolen] = 3
    return replace(payments, scenarios=scenarios, amounts=np.round(amounts, 2))


SCENARIOS = (large_amounts, compromised_terminals, stolen_cards)
"""Numbered from 1."""


def _sample(population: int, size: int, seed: int) -> Ints:
    """As a seeded data frame samples its rows: the head of a legacy permutation."""
    return np.random.RandomState(seed).choice(population, size, replace=False)


def _rows(payments: Transactions, owners: Ints, chosen: Ints, begin: int, days: int) -> Ints:
    """Where the chosen ones' payments of these days are, in order."""
    first, end = np.searchsorted(payments.times, [begin, begin + days * DAY])
    rows: Ints = first + np.flatnonzero(np.isin(owners[first:end], chosen))
    return rows
