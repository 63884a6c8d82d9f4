import numpy as np

from app.domain.features import FEATURES
from app.switched import Sample, Shadow, Switched
from tests.unit.app.memory import payment
from tests.unit.app.memory_models import judge


def rows(*amounts: float) -> np.ndarray:
    made = np.zeros((len(amounts), len(FEATURES)))
    made[:, 0] = amounts
    return made


def sample(count: int) -> Sample:
    payments = [payment(number) for number in range(count)]
    given = rows(*range(count))
    return Sample(payments, given, judge("a").decide(payments, given))


def test_the_live_model_decides_and_assigning_another_is_the_whole_switch() -> None:
    switched = Switched(judge("a", 1000))
    before = switched.decide([payment()], rows(500))
    switched.live = judge("b", 2000)
    after = switched.decide([payment()], rows(500))

    assert [(one.score, one.model_version) for one in before + after] == [(0.5, "a"), (0.25, "b")]
    assert switched.rate(rows(500)).model_version == "b"
    assert switched.explain(rows(500)) == switched.live.explain(rows(500))


def test_the_shadow_hears_of_what_was_decided() -> None:
    switched = Switched(judge("a"))
    switched.shadow = Shadow(lambda _: None)
    given = rows(500)

    decisions = switched.decide([payment()], given)
    given[:] = 0  # whoever computed the rows may use their memory again
    (heard,) = switched.shadow.take(10)

    assert heard.decisions == decisions
    assert heard.payments == [payment()]
    assert heard.rows[0, 0] == 500


def test_what_the_shadow_can_not_keep_up_with_is_dropped_and_counted() -> None:
    dropped: list[int] = []
    shadow = Shadow(dropped.append, most=5)

    for count in (2, 3, 1):
        shadow.offer(sample(count))

    assert dropped == [1]
    assert [len(one.payments) for one in shadow.take(10)] == [2, 3]
    shadow.offer(sample(5))
    assert dropped == [1]


def test_of_more_than_find_room_it_takes_some_from_everywhere() -> None:
    dropped: list[int] = []
    shadow = Shadow(dropped.append, most=4)

    shadow.offer(sample(10))
    (taken,) = shadow.take(10)

    assert [payment.transaction_id for payment in taken.payments] == [0, 3, 6, 9]
    assert taken.rows[:, 0].tolist() == [0, 3, 6, 9]
    assert [decision.score for decision in taken.decisions] == [0, 0.003, 0.006, 0.009]
    assert dropped == [6]


def test_it_takes_what_fits_and_at_least_one_sample() -> None:
    shadow = Shadow(lambda _: None, most=100)
    for count in (2, 3, 4):
        shadow.offer(sample(count))

    assert [len(one.payments) for one in shadow.take(1)] == [2]
    assert [len(one.payments) for one in shadow.take(7)] == [3, 4]
    assert shadow.take(7) == []
