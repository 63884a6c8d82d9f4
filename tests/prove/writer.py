"""A steady client of the deployed service that remembers every acknowledgement it was given."""

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise

import httpx

from tests.e2e.meanwhile import meanwhile
from tests.e2e.payments import first_id, payment
from tests.e2e.stack import RunningStack

PER_SECOND = 10
AT_ONCE = 32
PATIENCE = 10.0
"""Seconds that the client waits for one answer."""


@dataclass(frozen=True)
class Attempt:
    """One payment told once. `status` 0 is a failed connection or an answer that never came."""

    transaction_id: int
    sent: float
    answered: float
    status: int
    degraded: bool

    @property
    def acknowledged(self) -> bool:
        """Whether the service said that the decision counts."""
        return self.status == httpx.codes.OK


@dataclass
class Writer:
    """Sends a fresh payment ten times a second, whatever became of those before."""

    stack: RunningStack
    first: int = field(default_factory=first_id)
    attempts: list[Attempt] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def writing(self) -> Iterator["Writer"]:
        """Write for as long as the block lasts, and wait for the last answers."""
        with meanwhile(self._run):
            yield self

    def since(self, moment: float) -> Sequence[Attempt]:
        """What was sent after a moment, in the order in which the answers came."""
        with self._lock:
            return [attempt for attempt in self.attempts if attempt.sent >= moment]

    def _run(self, ended: threading.Event) -> None:
        with self.stack.scoring() as api, ThreadPoolExecutor(AT_ONCE) as pool:
            number = 0
            while not ended.wait(1 / PER_SECOND):
                pool.submit(self._tell, api, self.first + number)
                number += 1

    def _tell(self, api: httpx.Client, transaction_id: int) -> None:
        told, sent, degraded = payment(transaction_id=transaction_id), time.time(), False
        try:
            answer = api.post("/v1/score", json=told, timeout=PATIENCE)
            status = answer.status_code
            degraded = status == httpx.codes.OK and answer.json()["degraded"]
        except httpx.HTTPError:
            status = 0
        attempt = Attempt(transaction_id, sent, time.time(), status, degraded)
        with self._lock:
            self.attempts.append(attempt)


def longest_gap(attempts: Sequence[Attempt]) -> float:
    """The longest time between two acknowledgements."""
    moments = sorted(attempt.answered for attempt in attempts if attempt.acknowledged)
    gaps = (later - earlier for earlier, later in pairwise(moments))
    return round(max(gaps, default=0.0), 2)
