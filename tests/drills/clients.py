"""Clients of the deployed service that remember everything they were told."""

import json
import random
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.drills.clock import now
from tests.drills.gap import STEADY, steady
from tests.drills.operations import Operation
from tests.e2e.meanwhile import meanwhile
from tests.e2e.payments import first_id, payment
from tests.e2e.stack import RunningStack
from tests.e2e.waiting import until

FRESH, AGAIN, READS = 20, 5, 10
"""Payments told first, told again and decisions read, each second, by the clock."""
AT_ONCE = 128
PATIENCE = 3.0
"""Seconds that a client waits for one answer."""
RECENT = 60
"""What is told again or read is one of so many latest payments."""
SWEEPERS = 8
OK = httpx.codes.OK


@dataclass
class Clients:
    """They tell payments, tell them again and read them, whatever became of those before."""

    stack: RunningStack
    first: int = field(default_factory=first_id)
    """Ids go up from here."""
    operations: list[Operation] = field(default_factory=list)
    _told: list[dict[str, Any]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def working(self) -> Iterator["Clients"]:
        """Work for as long as the block lasts, and wait for the last answers."""
        with meanwhile(self._run):
            yield self

    def acknowledged(self, since: float = 0.0) -> list[Operation]:
        """The tellings that counted and were answered after a moment, by their answers."""
        with self._lock:
            told = [it for it in self.operations if it.acknowledged and it.answered >= since]
        return sorted(told, key=lambda it: it.answered)

    def since(self, moment: float) -> Sequence[Operation]:
        """What was called after a moment."""
        with self._lock:
            return [it for it in self.operations if it.called >= moment]

    def wait_steady(self, since: float, *, within: float, every: float = 0.1) -> None:
        """Wait until writing goes on without a pause, and has for long enough after a moment."""

        def well() -> bool:
            at = now()
            return at - since > STEADY and steady(self.acknowledged(at - 30), at)

        until(well, within=within, what="steady writing", every=every)

    def read_all(self) -> None:
        """Read every payment once more: what was acknowledged has to be there in the end."""
        with self._api() as api, ThreadPoolExecutor(SWEEPERS) as pool:
            jobs = [pool.submit(self._read, api, told["transaction_id"]) for told in self._told]
            _await(jobs)

    def write(self, file: Path) -> None:
        """The whole history, an operation a line."""
        with file.open("w", encoding="utf-8") as lines:
            for operation in sorted(self.operations, key=lambda it: it.called):
                lines.write(json.dumps(operation.record) + "\n")

    def _run(self, ended: threading.Event) -> None:
        """A wheel of turns: each second the same, evenly spread."""
        wheel = [self._fresh] * FRESH + [self._again] * AGAIN + [self._look] * READS
        random.Random(0).shuffle(wheel)  # noqa: S311 (only an order)
        with self._api() as api, ThreadPoolExecutor(AT_ONCE) as pool:
            start, turn = now(), 0
            jobs: list[Future[None]] = []
            while not ended.wait(max(0.0, start + turn / len(wheel) - now())):
                jobs.append(pool.submit(wheel[turn % len(wheel)], api))
                turn += 1
            _await(jobs)

    def _api(self) -> httpx.Client:
        api = self.stack.scoring()
        api.timeout = httpx.Timeout(PATIENCE)
        return api

    def _fresh(self, api: httpx.Client) -> None:
        with self._lock:
            told = payment(transaction_id=self.first + len(self._told))
            self._told.append(told)
        self._tell(api, told, fresh=True)

    def _again(self, api: httpx.Client) -> None:
        if told := self._one():
            self._tell(api, told, fresh=False)

    def _look(self, api: httpx.Client) -> None:
        if told := self._one():
            self._read(api, told["transaction_id"])

    def _one(self) -> dict[str, Any] | None:
        with self._lock:
            return random.choice(self._told[-RECENT:]) if self._told else None  # noqa: S311

    def _tell(self, api: httpx.Client, told: dict[str, Any], *, fresh: bool) -> None:
        called, said = now(), dict[str, Any]()
        try:
            answer = api.post("/v1/score", json=told)
            status = answer.status_code
            said = answer.json() if status == OK else said
        except httpx.HTTPError:
            status = 0
        self._note(
            Operation(
                key=told["transaction_id"], kind="tell", called=called, answered=now(),
                status=status, value=said.get("decided_at"),
                degraded=bool(said.get("degraded")), fresh=fresh,
            )
        )  # fmt: skip

    def _read(self, api: httpx.Client, key: int) -> None:
        called, value = now(), None
        try:
            answer = api.get(f"/v1/decisions/{key}")
            status = answer.status_code
            value = answer.json()["decided_at"] if status == OK else None
        except httpx.HTTPError:
            status = 0
        self._note(
            Operation(
                key=key, kind="read", called=called, answered=now(), status=status, value=value
            )
        )

    def _note(self, operation: Operation) -> None:
        with self._lock:
            self.operations.append(operation)


def _await(jobs: Sequence[Future[None]]) -> None:
    """Raise what went wrong in a client: a history with holes proves nothing."""
    for job in jobs:
        job.result()
