import time
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


class TooLateError(AssertionError):
    """What was waited for did not come about in its time."""


def until(ask: Callable[[], T | None], *, within: float, what: str, every: float = 0.5) -> T:
    """The first answer that is not None or False; asks again until the time is over."""
    end = time.monotonic() + within
    while True:
        answer = ask()
        if answer is not None and answer is not False:
            return answer
        if time.monotonic() > end:
            raise TooLateError(f"{what}: not within {within} s")
        time.sleep(every)


def until_none(
    left: Callable[[], Sequence[object]], *, within: float, what: str, every: float = 0.5
) -> None:
    """Wait until nothing is left; otherwise tell what is."""
    try:
        until(lambda: not left(), within=within, what=what, every=every)
    except TooLateError as late:
        raise TooLateError(f"{late}; left: {', '.join(map(str, left()))}") from None
