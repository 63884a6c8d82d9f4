from collections.abc import Callable

import pytest

from tests.load.knee import Step, knee, staircase


def step(
    offered: float, *, achieved: float | None = None, p95: float | None = 5.0, failed: int = 0
) -> Step:
    well = offered if achieved is None else achieved
    return Step(offered=offered, achieved=well, p95_ms=p95, failed=failed, record={})


def service(most: int) -> Callable[[int], Step]:
    """Answers so many a second and no more."""
    return lambda rate: step(rate, achieved=min(rate, most))


def rates(able: int, **given: int) -> list[float]:
    return [one.offered for one in staircase(service(able), **given)]


@pytest.mark.parametrize(
    ("one", "holds"),
    [
        (step(100), True),
        (step(100, achieved=99), True),
        (step(100, achieved=98.9), False),
        (step(100, p95=25.0), True),
        (step(100, p95=25.1), False),
        (step(100, p95=None), False),
        (step(100, failed=1), False),
    ],
)
def test_a_step_holds_by_its_rate_its_p95_and_without_an_error(one: Step, holds: bool) -> None:  # noqa: FBT001
    assert one.holds is holds


def test_the_knee_is_the_highest_step_that_holds() -> None:
    steps = [step(250), step(500), step(1000), step(2000, p95=40)]

    assert knee(steps) == steps[2]


def test_a_step_that_holds_by_luck_above_one_that_does_not_is_no_knee() -> None:
    steps = [step(250), step(500, failed=3), step(1000)]

    assert knee(steps) == steps[0]


def test_the_order_in_which_steps_were_climbed_does_not_matter() -> None:
    steps = [step(1000), step(2000, p95=90), step(1500)]

    assert knee(steps) == steps[2]


def test_a_service_that_fails_at_once_has_no_knee() -> None:
    assert knee([step(250, failed=1)]) is None
    assert knee([]) is None


def test_the_staircase_doubles_until_it_fails_and_then_closes_in() -> None:
    assert rates(1600) == [250, 500, 1000, 2000, 1500, 1750]


def test_the_staircase_never_asks_for_more_than_it_may() -> None:
    assert rates(10**6, most=4000) == [250, 500, 1000, 2000, 4000]


def test_after_a_failure_at_the_first_step_nothing_more_is_sent() -> None:
    assert rates(100) == [250]
