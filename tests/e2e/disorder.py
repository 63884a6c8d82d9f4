"""Payments and labels as they really come: some late, some labels wrong at first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from app.domain.transactions import DAY, Flags, Floats, Ints, Transactions
from app.domain.windows import LABEL_DELAY
from app.training.arrivals import BEFORE_ALL, Labels, Stream

MINUTE, HOUR = 60.0, 3600.0


@dataclass(frozen=True, kw_only=True)
class Disorder:
    """Shares of what comes otherwise than it should, and how much later, in seconds at most."""

    late_payments: float = 0.02
    latest_payment: float = 12.0 * DAY
    """Longer than Redis keeps windows for late payments."""
    late_labels: float = 0.05
    latest_label: float = 5.0 * DAY
    wrong_labels: float = 0.01
    """Told as the opposite first."""
    reversed_labels: float = 0.01
    """Of payments that were labelled from the beginning: it turns out to be the opposite."""


USUAL = Disorder()


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
    late_labels: int
    """Told when a window may already have looked at their payment, corrections among them."""

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


class _Told(NamedTuple):
    """Labels, and when they are told."""

    payments: Ints
    frauds: Flags
    moments: Floats


def disordered(
    payments: Transactions, *, known: int, tick: int, seed: int, how: Disorder = USUAL
) -> Plan:
    """The payments before place `known` are there from the beginning, labelled; others are told.

    Each label comes when the delay is over, but for those that come late. The clock ticks so many
    seconds: what a tick brings is told together, and no window looks at a label earlier than that.
    """
    random = np.random.default_rng(seed)
    arriving = _arriving(payments.times[known:], how, random)
    due = np.maximum(payments.times[known:] + float(LABEL_DELAY * DAY), arriving + tick)
    right = _told(payments.frauds[known:], due, tick, how, random)
    labels = _Told(right.payments + known, right.frauds, right.moments)
    reversed_ = _reversed(payments, known, how.reversed_labels, random)
    labels = _Told(*(np.concatenate(pair) for pair in zip(labels, reversed_, strict=True)))
    in_time = labels.moments < arriving.max()
    labels = _Told(*(column[in_time] for column in labels))
    looked_at = payments.times[labels.payments] + LABEL_DELAY * DAY + tick
    stream, steps = _in_steps(payments, arriving, labels, tick)
    return Plan(stream, steps, int((labels.moments > looked_at).sum()))


def _arriving(times: Ints, how: Disorder, random: np.random.Generator) -> Floats:
    """At their time, within one second in any order; some late, but none after the end."""
    late = _some(random, how.late_payments, len(times))
    delays = late * _whiles(random, MINUTE, how.latest_payment, len(times))
    arriving: Floats = np.minimum(times + random.random(len(times)) + delays, times[-1] + 1)
    return arriving


def _told(
    frauds: Flags, due: Floats, tick: int, how: Disorder, random: np.random.Generator
) -> _Told:
    """The truth; of some payments first the opposite, and then the truth a while later."""
    size = len(due)
    late = _some(random, how.late_labels, size)
    wrong = _some(random, how.wrong_labels, size)
    first = due + late * _whiles(random, HOUR, how.latest_label, size)
    truth = first + wrong * (tick + _whiles(random, HOUR, how.latest_label, size))
    return _Told(
        np.concatenate((np.flatnonzero(wrong), np.arange(size))),
        np.concatenate((~frauds[wrong], frauds)),
        np.concatenate((first[wrong], truth)),
    )


def _reversed(
    payments: Transactions, known: int, share: float, random: np.random.Generator
) -> _Told:
    """Of some payments that were there labelled it turns out that the opposite is true."""
    places = np.flatnonzero(_some(random, share, known))
    start, end = float(payments.times[known]), float(payments.times[-1])
    return _Told(places, ~payments.frauds[places], random.uniform(start, end, len(places)))


def _in_steps(
    payments: Transactions, arriving: Floats, labels: _Told, tick: int
) -> tuple[Stream, Sequence[Step]]:
    """One order of arrival: tick by tick, labels before payments."""
    count, known = len(labels.moments), len(payments) - len(arriving)
    when = np.concatenate((labels.moments, arriving))
    ticks, is_payment = when // tick, np.arange(len(when)) >= count
    order = np.lexsort((when, is_payment, ticks))
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(len(order))

    before = np.full(known, BEFORE_ALL)
    stream = Stream(
        payments,
        np.concatenate((before, ranks[count:])),
        Labels(
            np.concatenate((np.arange(known), labels.payments)),
            np.concatenate((payments.frauds[:known], labels.frauds)),
            np.concatenate((before, ranks[:count])),
        ),
    )
    borders = np.flatnonzero(np.diff(ticks[order])) + 1
    steps = [
        Step(part[part < count] + known, part[part >= count] - count + known)
        for part in np.split(order, borders)
    ]
    return stream, steps


def _some(random: np.random.Generator, share: float, size: int) -> Flags:
    chosen: Flags = random.random(size) < share
    return chosen


def _whiles(random: np.random.Generator, shortest: float, longest: float, size: int) -> Floats:
    """As many short ones as long ones, by their order of magnitude."""
    return np.exp(random.uniform(np.log(shortest), np.log(longest), size))
