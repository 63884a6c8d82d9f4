import pytest

from app.pace import Pace


def after(counts: list[tuple[int, float]]) -> float:
    pace = Pace()
    for number, at in counts:
        pace.count(number, at)
    return pace.per_second


STEADY = [(5, 100 + place * 0.005) for place in range(400)]


def test_a_steady_stream_is_counted_as_it_comes() -> None:
    assert after(STEADY) == pytest.approx(1000, rel=0.02)


def test_what_comes_together_after_a_stall_does_not_raise_it() -> None:
    at = STEADY[-1][1]
    stalled = [*STEADY, (100, at + 0.1), *((5, at + 0.1 + it * 0.005) for it in range(1, 10))]

    assert after(stalled) == pytest.approx(1000, rel=0.25)


def test_it_fades_when_nothing_comes() -> None:
    assert after([*STEADY, (0, STEADY[-1][1] + 2)]) < 1
