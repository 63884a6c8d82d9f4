"""What the API asks of its clients: who is told to come again does."""

import time
from collections.abc import Callable

import httpx

from tests.e2e import timeouts


class Patient(httpx.BaseTransport):
    """Asks again after a 503, when the answer says so, until its patience is over.

    That is how the service answers while a commit takes longer than it waits for one. Telling a
    payment again changes nothing.
    """

    def __init__(
        self,
        asked: httpx.BaseTransport,
        *,
        seconds: float = timeouts.AGAIN,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._asked = asked
        self._seconds = seconds
        self._sleep = sleep

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The first answer that is another one, or the last of those."""
        waited = 0.0
        while True:
            answer = self._asked.handle_request(request)
            pause = float(answer.headers.get("Retry-After", 1))
            waited += pause
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE or waited > self._seconds:
                return answer
            answer.read()  # or its connection could not be used again
            self._sleep(pause)

    def close(self) -> None:
        """End the connections."""
        self._asked.close()
