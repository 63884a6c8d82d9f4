"""The plan of a shadow test is as disorderly as it says, and never impossible."""

import numpy as np
import pytest

from app.domain.features import matrix
from app.domain.transactions import DAY, Transactions
from app.training.arrivals import BEFORE_ALL, rows
from tests.e2e.disorder import Disorder, Plan, disordered

MIDNIGHT = 1_533_686_400
KNOWN = 400


def payments(size: int = 4000) -> Transactions:
    random = np.random.default_rng(5)
    return Transactions(
        ids=np.arange(size),
        customers=random.integers(0, 40, size),
        terminals=random.integers(0, 60, size),
        amounts=random.integers(1, 100_000, size) / 100,
        times=np.sort(MIDNIGHT + random.integers(0, 40 * DAY, size)),
        scenarios=(random.random(size) < 0.1).astype(np.int64),
    )


@pytest.fixture(scope="module")
def plan() -> Plan:
    return disordered(payments(), known=KNOWN, tick=3600, seed=3)


def test_every_payment_is_told_once_and_the_known_ones_never(plan: Plan) -> None:
    told = np.concatenate([step.payments for step in plan.steps])

    assert sorted(told.tolist()) == plan.told.tolist() == list(range(KNOWN, 4000))


def test_the_steps_are_the_streams_order_of_arrival(plan: Plan) -> None:
    stream = plan.stream
    ranks = np.concatenate(
        [
            np.concatenate((stream.labels.arrivals[step.labels], stream.arrivals[step.payments]))
            for step in plan.steps
        ]
    )

    assert np.array_equal(ranks, np.arange(len(ranks)))


def test_no_label_is_told_of_a_payment_that_is_not_there_yet(plan: Plan) -> None:
    labels = plan.stream.labels

    new = labels.arrivals > BEFORE_ALL
    assert (labels.arrivals > plan.stream.arrivals[labels.payments])[new].all()


def test_no_request_says_two_things_of_a_payment(plan: Plan) -> None:
    for step in plan.steps:
        told = plan.stream.labels.payments[step.labels]
        assert len(set(told.tolist())) == len(told)


def test_payments_come_late_and_labels_change(plan: Plan) -> None:
    assert 50 < plan.out_of_order < 1000
    assert plan.late_labels > 50
    assert plan.corrected > 10
    in_order = matrix(plan.stream.payments)[plan.told]
    assert (rows(plan.stream, plan.told) != in_order).any(axis=1).sum() > 100


def test_without_its_disorder_it_is_training_itself() -> None:
    none = Disorder(late_payments=0, late_labels=0, wrong_labels=0, reversed_labels=0)
    history = payments()
    history.times[:] = np.sort(MIDNIGHT + np.arange(4000) * 700)  # no two in one second

    plan = disordered(history, known=KNOWN, tick=3600, seed=3, how=none)

    assert (plan.out_of_order, plan.late_labels, plan.corrected) == (0, 0, 0)
    assert np.array_equal(rows(plan.stream, plan.told), matrix(history)[plan.told])
