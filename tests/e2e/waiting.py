import time
from collections.abc import Callable, Sequence
from typing import TypeVar

import httpx
from kubernetes.client import ApiException
from urllib3.exceptions import HTTPError

T = TypeVar("T")


class TooLateError(AssertionError):
    """What was waited for did not come about in its time."""


def until(ask: Callable[[], T | None], *, within: float, what: str, every: float = 0.5) -> T:
    """The first answer that is not None or False; asks again until the time is over.

    A server that has no answer at present is asked again, too.
    """
    end = time.monotonic() + within
    while True:
        why = ""
        try:
            answer = ask()
        except (ApiException, HTTPError, httpx.TransportError) as error:
            if isinstance(error, ApiException) and not _passes(error):
                raise
            answer, why = None, f"; at last: {error}"
        if answer is not None and answer is not False:
            return answer
        if time.monotonic() > end:
            raise TooLateError(f"{what}: not within {within} s{why}")
        time.sleep(every)


def _passes(error: ApiException) -> bool:
    """Whether it says something of the server at this moment, and nothing of what was asked."""
    status = error.status or 0  # of a connection that broke there is none
    return status in {0, 429} or status >= 500


def until_none(
    left: Callable[[], Sequence[object]], *, within: float, what: str, every: float = 0.5
) -> None:
    """Wait until nothing is left; otherwise tell what is."""
    try:
        until(lambda: not left(), within=within, what=what, every=every)
    except TooLateError as late:
        raise TooLateError(f"{late}; left: {', '.join(map(str, left()))}") from None
