from app.adapters.breaker import Breaker


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def opened(clock: Clock) -> Breaker:
    breaker = Breaker(failures=3, pause=1, clock=clock)
    for _ in range(3):
        assert breaker.admits()
        breaker.failed()
    return breaker


def test_some_failures_in_a_row_open_it() -> None:
    breaker = opened(Clock())

    assert breaker.refuses
    assert not breaker.admits()


def test_a_success_in_between_keeps_it_closed() -> None:
    breaker = Breaker(failures=2, clock=Clock())

    for _ in range(5):
        breaker.failed()
        breaker.succeeded()

    assert breaker.admits()


def test_after_a_pause_one_call_may_try() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += 1

    assert not breaker.refuses
    assert [breaker.admits() for _ in range(3)] == [True, False, False]


def test_a_try_that_succeeds_closes_it() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += 1
    breaker.admits()
    breaker.succeeded()

    assert [breaker.admits() for _ in range(3)] == [True, True, True]


def test_a_try_that_fails_opens_it_for_another_pause() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += 1
    breaker.admits()
    clock.now += 5
    breaker.failed()
    clock.now += 0.9

    assert breaker.refuses
