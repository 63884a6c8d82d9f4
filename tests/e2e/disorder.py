"""Payments and labels as they really come: some late, some wrong at first, in no order to rely on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from app.domain.transactions import DAY, Flags, Floats, Ints, Transactions
from app.domain.windows import LABEL_DELAY
from app.training.arrivals import BEFORE_ALL, Labels, Stream

LATE_PAYMENTS = 0.02
LATE_LABELS = 0.05
WRONG_LABELS = 0.01
"""Told as the opposite first."""
REVERSED_LABELS = 0.01
"""Of payments that were labelled from the beginning: it turns out to be the opposite."""

MINUTE, HOUR = 60.0, 3600.0
LATEST_PAYMENT = 12.0 * DAY
"""Later than what Redis keeps for late payments."""
LATEST_LABEL = 5.0 * DAY


class Step(NamedTuple):
    """What is told in one tick of the clock: labels first, then payments."""

    labels: Ints
    """Places in the stream's labels."""
    payments: Ints
    """Places in the stream's payments."""


@dataclass(frozen=True, eq=False)
class Plan:
    """A stream and the steps in which it is told."""

    stream: Stream
    steps: Sequence[Step]
    tick: int

    @property
    def told(self) -> Ints:
        """Places of the payments that are told, in training's order."""
        return np.flatnonzero(self.stream.arrivals > BEFORE_ALL)

    @property
    def out_of_order(self) -> int:
        """Payments told after one that follows them in training's order."""
        in_turn = self.told[np.argsort(self.stream.arrivals[self.told])]
        return int((in_turn < np.maximum.accumulate(in_turn)).sum())

    @property
    def corrected(self) -> int:
        """Labels that contradict an earlier one of their payment."""
        labels = self.stream.labels
        order = np.lexsort((labels.arrivals, labels.payments))
        payments, frauds = labels.payments[order], labels.frauds[order]
        return int(((payments[1:] == payments[:-1]) & (frauds[1:] != frauds[:-1])).sum())


def disordered(payments: Transactions, *, known: int, tick: int, seed: int) -> Plan:
    """The payments before place `known` are there from the beginning, labelled; others are told.

    Each label comes when the delay is over, but for those that come late. The clock ticks so many
    seconds: what a tick brings is told together, and no window looks at a label earlier than that.
    """
    random = np.random.default_rng(seed)
    times = payments.times[known:].astype(np.float64)
    end = times[-1] + 1
    late = _some(random, LATE_PAYMENTS, len(times))
    # Of the same second they come in any order.
    arriving = times + random.random(len(times)) + late * _while(random, MINUTE, LATEST_PAYMENT, late)
    arriving = np.minimum(arriving, end)
    labels, moments = _labels(payments, known, arriving, tick, random)
    told = moments < end
    labels, moments = labels[told], moments[told]
    return _plan(payments, known, arriving, labels, moments, tick)


def _labels(
    payments: Transactions, known: int, arriving: Floats, tick: int, random: np.random.Generator
) -> tuple[Ints, Floats]:
    """Rows of a payment's place and what is told of it, and when."""
    places, frauds = np.arange(known, len(payments)), payments.frauds[known:]
    due = np.maximum(payments.times[known:] + float(LABEL_DELAY * DAY), arriving + tick)
    late = _some(random, LATE_LABELS, len(due))
    due = due + late * _while(random, HOUR, LATEST_LABEL, late)
    wrong = _some(random, WRONG_LABELS, len(due))
    right = due + wrong * (tick + _while(random, HOUR, LATEST_LABEL, wrong))
    reversed_ = np.flatnonzero(_some(random, REVERSED_LABELS, known))
    start, end = float(payments.times[known]), float(payments.times[-1])
    told = (
        (places[wrong], ~frauds[wrong], due[wrong]),
        (places, frauds, right),
        (
            reversed_,
            ~payments.frauds[reversed_],
            random.uniform(start, end, len(reversed_)),
        ),
    )
    rows = np.concatenate([np.column_stack((place, fraud)) for place, fraud, _ in told])
    return rows.astype(np.int64), np.concatenate([moments for _, _, moments in told])


def _plan(
    payments: Transactions, known: int, arriving: Floats, labels: Ints, moments: Floats, tick: int
) -> Plan:
    """One order of arrival: tick by tick, labels before payments."""
    count = len(moments)
    when = np.concatenate((moments, arriving))
    ticks = when // tick
    is_payment = np.arange(len(when)) >= count
    order = np.lexsort((when, is_payment, ticks))
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(len(order))

    before = np.full(known, BEFORE_ALL)
    stream = Stream(
        payments,
        np.concatenate((before, ranks[count:])),
        Labels(
            np.concatenate((np.arange(known), labels[:, 0])),
            np.concatenate((payments.frauds[:known], labels[:, 1] > 0)),
            np.concatenate((before, ranks[:count])),
        ),
    )
    borders = np.flatnonzero(np.diff(ticks[order])) + 1
    steps = [
        Step(part[part < count] + known, part[part >= count] - count + known)
        for part in np.split(order, borders)
    ]
    return Plan(stream, steps, tick)


def _some(random: np.random.Generator, share: float, size: int) -> Flags:
    chosen: Flags = random.random(size) < share
    return chosen


def _while(random: np.random.Generator, shortest: float, longest: float, of: Flags) -> Floats:
    """As many short whiles as long ones, by their order of magnitude."""
    return np.exp(random.uniform(np.log(shortest), np.log(longest), len(of)))
