"""The offline answer to what the service computes while payments and labels come as they like."""

import numpy as np
import pytest

from app.domain.features import FEATURES, matrix
from app.domain.transactions import DAY, Flags, Floats, Ints, Transactions
from app.training.arrivals import BEFORE_ALL, Labels, Stream, rows

MIDNIGHT = 1_533_686_400
NONE = Labels(np.empty(0, np.int64), np.empty(0, np.bool_), np.empty(0, np.int64))


def payments(times: list[int], **columns: list[int]) -> Transactions:
    size = len(times)
    given = {name: np.array(values) for name, values in columns.items()}
    return Transactions(
        ids=given.get("ids", np.arange(size)),
        customers=given.get("customers", np.zeros(size, np.int64)),
        terminals=given.get("terminals", np.zeros(size, np.int64)),
        amounts=np.full(size, 10.0),
        times=np.array(times),
        scenarios=np.zeros(size, np.int64),
    )


def crowded(random: np.random.Generator, size: int) -> Transactions:
    """Few customers and terminals, 50 days, many payments in the same second."""
    times = MIDNIGHT + random.integers(0, 50, size) * DAY + random.integers(0, 3, size)
    return Transactions(
        ids=np.arange(size),
        customers=random.integers(0, 5, size),
        terminals=random.integers(0, 4, size),
        amounts=random.integers(1, 100_000, size) / 100,
        times=np.sort(times),
        scenarios=random.integers(0, 2, size),
    )


def shuffled(seed: int, size: int = 120) -> Stream:
    """Any order of arrival, a third of the payments there from the beginning, labels changed."""
    random = np.random.default_rng(seed)
    told = random.integers(0, size, 2 * size)
    places = random.permutation(size + len(told))
    arrivals = places[:size].copy()
    arrivals[random.random(size) < 1 / 3] = BEFORE_ALL
    labels = Labels(told, random.random(len(told)) < 0.5, places[size:])
    return Stream(crowded(random, size), arrivals, labels)


def by_force(stream: Stream, place: int) -> Floats:
    """The definition, word for word: `matrix` of all that had arrived, as it was labelled then."""
    now = stream.arrivals[place]
    there = stream.arrivals < now
    there[place] = True
    known = np.zeros(len(there), np.bool_)
    for at in np.argsort(stream.labels.arrivals):
        if stream.labels.arrivals[at] < now:
            known[stream.labels.payments[at]] = stream.labels.frauds[at]
    everything = stream.payments
    labelled = Transactions(
        everything.ids, everything.customers, everything.terminals, everything.amounts,
        everything.times, known.astype(np.int64),
    )  # fmt: skip
    own: Ints = np.flatnonzero(np.flatnonzero(there) == place)
    row: Floats = matrix(labelled[there])[own[0]]
    return row


@pytest.mark.parametrize("seed", range(5))
def test_any_order_of_arrival_gives_what_matrix_says_of_what_had_arrived(seed: int) -> None:
    stream = shuffled(seed)

    found = rows(stream, np.arange(len(stream.payments)))

    assert np.array_equal(found, [by_force(stream, place) for place in range(len(found))])
    assert found[:, FEATURES.index("terminal_risk_30d")].any()
    assert not np.array_equal(found, matrix(stream.payments))


def test_in_order_with_labels_in_time_it_is_the_matrix_of_training_bit_for_bit() -> None:
    history = crowded(np.random.default_rng(9), 1500)
    # Every label comes right after its payment: earlier than any window looks at it.
    labels = Labels(np.arange(1500), history.frauds, 2 * np.arange(1500) + 1)
    stream = Stream(history, 2 * np.arange(1500), labels)

    found = rows(stream, np.arange(1500))

    assert np.array_equal(found, matrix(history))


def test_only_those_asked_for_are_answered_in_the_order_of_asking() -> None:
    stream = shuffled(3)

    found = rows(stream, np.array([50, 7]))

    assert np.array_equal(found, rows(stream, np.arange(120))[[50, 7]])


def test_a_late_payment_sees_its_own_past_and_nobody_before_it_saw_it() -> None:
    stream = Stream(payments([MIDNIGHT, MIDNIGHT + 60, MIDNIGHT + 120]), np.array([0, 2, 1]), NONE)

    found = rows(stream, np.arange(3))

    assert count(found) == [1, 2, 2]


def test_of_the_same_second_the_smaller_id_is_seen_if_it_has_arrived() -> None:
    same_second = payments([MIDNIGHT, MIDNIGHT], ids=[4, 8])

    in_order = rows(Stream(same_second, np.array([0, 1]), NONE), np.arange(2))
    swapped = rows(Stream(same_second, np.array([1, 0]), NONE), np.arange(2))

    assert (count(in_order), count(swapped)) == ([1, 2], [1, 1])


@pytest.mark.parametrize(
    ("arrivals", "said", "risks"),
    [
        ([2], [True], [0, 1, 1]),
        ([4], [True], [0, 0, 1]),
        ([2, 4], [True, False], [0, 1, 0]),
        ([4, 2], [True, False], [0, 0, 1]),
        ([6], [True], [0, 0, 0]),
    ],
)
def test_a_label_counts_from_its_arrival_on_and_the_last_one_counts(
    arrivals: list[int], said: list[bool], risks: list[int]
) -> None:
    told = payments([MIDNIGHT, MIDNIGHT + 8 * DAY, MIDNIGHT + 8 * DAY + 60], customers=[1, 2, 3])
    frauds: Flags = np.array(said)
    labels = Labels(np.zeros(len(said), np.int64), frauds, np.array(arrivals))

    found = rows(Stream(told, np.array([1, 3, 5]), labels), np.arange(3))

    assert found[:, FEATURES.index("terminal_risk_30d")].tolist() == risks


def test_weekdays_and_hours_stay_what_they_are() -> None:
    days = payments([MIDNIGHT + day * DAY + 8 * 3600 for day in range(9)])

    found = rows(Stream(days, np.arange(9), NONE), np.arange(9))

    assert np.array_equal(found[:, :3], matrix(days)[:, :3])


@pytest.mark.parametrize(("times", "ids"), [([1, 0], [0, 1]), ([5, 5], [1, 0])])
def test_a_stream_in_another_order_than_trainings_is_refused(
    times: list[int], ids: list[int]
) -> None:
    with pytest.raises(ValueError, match="need ascending times, then ascending ids"):
        Stream(payments(times, ids=ids), np.array([0, 1]), NONE)


def count(found: Floats) -> list[float]:
    column: Floats = found[:, FEATURES.index("customer_count_1d")]
    return [float(value) for value in column]
