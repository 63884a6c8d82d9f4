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


TEST = Fold(TEST_DAY - 2 * WEEK)
"""Trains on 2018-07-25 to 07-31, tests on 2018-08-08 to 08-14."""
VALIDATION = tuple(Fold(TEST.train - WEEK * back) for back in (5, 4, 3, 2))
"""Train from 2018-06-20, 06-27, 07-04, 07-11; the last one's test week ends where TEST trains."""


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
    """A whole simulation with the features of all its payments."""

    everything: Part
    start: int

    @classmethod
    def of(cls, simulation: Simulation) -> "Dataset":
        """Compute every payment's features once."""
        payments = simulation.transactions
        return cls(Part(payments, matrix(payments)), simulation.world.start)

    def days(self, first: int, count: int) -> Part:
        """The payments of some days in a row."""
        begin = self.start + first * DAY
        times = self.everything.payments.times
        return self.everything[slice(*np.searchsorted(times, [begin, begin + count * DAY]))]

    def split(self, fold: Fold) -> tuple[Part, Part]:
        """What a fold trains on and what it is tested on.

        Cards known to be compromised are blocked, so they are not in the test: those of the
        training week, and on each test day those whose fraud has become known by its eve.
        """
        train = self.days(fold.train, WEEK)
        test = self.days(fold.test, WEEK)
        blocked = np.zeros(len(test.frauds), np.bool_)
        for day in range(fold.test, fold.test + WEEK):
            known = self.days(fold.train, day - WEEK - fold.train)
            today = test.payments.times // DAY == self.start // DAY + day
            compromised = known.payments.customers[known.frauds]
            blocked |= today & np.isin(test.payments.customers, compromised)
        return train, test[~blocked]
