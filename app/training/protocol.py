"""The benchmark's split: train a week, wait a week for the labels, test the week after.

Parameters are chosen on the validation folds alone. All of their payments, and the labels of those,
were known before the first test day.
"""

from dataclasses import dataclass

import numpy as np

from app.domain.features import matrix
from app.domain.simulator import Simulation
from app.domain.transactions import DAY, Flags, Floats, Ints, Transactions
from app.domain.world import TEST_DAY

WEEK = 7


@dataclass(frozen=True, slots=True)
class Fold:
    """A training week, by its first day since the start, and the week tested two weeks later."""

    train: int

    @property
    def test(self) -> int:
        """The first day of the test week: after the training week and the labels' delay."""
        return self.train + 2 * WEEK


TESTS = tuple(Fold(TEST_DAY + WEEK * (on - 2)) for on in range(4))
"""Train from 2018-07-25, 08-01, 08-08, 08-15; the last one's test week ends on 09-04."""
TEST = TESTS[0]
"""Trains on 2018-07-25 to 07-31, tests on 2018-08-08 to 08-14."""
VALIDATION = tuple(Fold(TEST.train - WEEK * back) for back in (5, 4, 3, 2))
"""Train from 2018-06-20, 06-27, 07-04, 07-11; the last one's test week ends where TEST trains."""
KNOWN = TEST.train + WEEK
"""The first day whose labels are not all known when the first test day begins."""


class TooEarlyError(Exception):
    """Days were asked for that a data set does not hold yet."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Payments with their features."""

    payments: Transactions
    rows: Floats

    def __getitem__(self, chosen: slice | Flags | Ints) -> "Part":
        return Part(self.payments[chosen], self.rows[chosen])

    @property
    def frauds(self) -> Flags:
        """The labels."""
        return self.payments.frauds


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """A simulation's first days, with the features of all their payments."""

    everything: Part
    start: int
    until: int
    """The day from which on it holds nothing."""

    @classmethod
    def of(cls, simulation: Simulation, until: int | None = None) -> "Dataset":
        """Compute every payment's features once, of all days or of those before a day."""
        world, payments = simulation.world, simulation.transactions
        days = world.days if until is None else min(until, world.days)
        payments = payments.between(world.start, world.midnight(days))
        return cls(Part(payments, matrix(payments)), world.start, days)

    def days(self, first: int, count: int) -> Part:
        """The payments of some days in a row. Days that are not there are refused, not empty."""
        if first < 0 or first + count > self.until:
            raise TooEarlyError(
                f"days {first} to {first + count - 1}: this data set holds days 0 to"
                f" {self.until - 1}; test days are opened by a sealed selection (seal.opened)"
            )
        begin = self.start + first * DAY
        times = self.everything.payments.times
        return self.everything[slice(*np.searchsorted(times, [begin, begin + count * DAY]))]

    def split(self, fold: Fold, weeks: int = 1) -> tuple[Part, Part]:
        """What a fold trains on and what it is tested on.

        The benchmark trains on the fold's one week; more weeks reach further back, and what is
        tested stays the same. Cards known to be compromised are blocked, so they are not in the
        test: those of the fold's week, and on each test day those whose fraud has become known by
        its eve.
        """
        train = self.days(fold.train - WEEK * (weeks - 1), WEEK * weeks)
        test = self.days(fold.test, WEEK)
        blocked = np.zeros(len(test.frauds), np.bool_)
        for day in range(fold.test, fold.test + WEEK):
            known = self.days(fold.train, day - WEEK - fold.train)
            today = test.payments.times // DAY == self.start // DAY + day
            compromised = known.payments.customers[known.frauds]
            blocked |= today & np.isin(test.payments.customers, compromised)
        return train, test[~blocked]
