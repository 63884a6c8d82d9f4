"""What is sent, written down before it is sent: a generator that composes is slower than a service.

One JSON object per line, as vegeta reads its targets. Locust plays the same tape.
"""

import base64
import json
import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from random import Random

import numpy as np

from app.domain.transactions import Transactions
from tests.load.payments import Payments

SINGLE, BATCH, LABELS = "/v1/score", "/v1/score/batch", "/v1/labels"
SCORING = (SINGLE, BATCH)
_SEED = 20_181_107
_BLOCK = 1000


@dataclass(frozen=True, kw_only=True)
class Mix:
    """Shares of requests. What is left are single payments; what a target lacks is left out."""

    batches: float = 0.01
    retries: float = 0.02
    labels: float = 0.0
    reads: float = 0.005
    batch: int = 20
    """Payments of a batch."""
    retry_after: int = 500
    """Single payments between the first telling of one and the second."""
    ask_after: int = 2500
    """Likewise between telling one and asking or saying what became of it. Nobody asks before he
    was answered, which takes its time when the disk stops."""


@dataclass(frozen=True)
class Request:
    """One line of the tape."""

    path: str
    body: bytes = b""

    @property
    def method(self) -> str:
        """Only reads have no body."""
        return "POST" if self.body else "GET"


@dataclass(frozen=True, slots=True)
class _Told:
    number: int
    fraud: bool
    body: bytes


@dataclass
class Composer:
    """Draws requests by the mix; the same seed gives the same sequence of kinds."""

    payments: Payments
    mix: Mix = field(default_factory=Mix)
    read: str = "/healthz"
    """The path of a read; `{}` in it becomes the id of a payment that was told."""
    random: Random = field(default_factory=lambda: Random(_SEED))  # noqa: S311 (no secret)

    def compose(self, count: int) -> Iterator[Request]:
        """So many requests, the payments in them in time order."""
        mix, singles = self.mix, self._singles()
        told = deque[_Told](maxlen=mix.ask_after)
        for _ in range(count):
            draw, old = self.random.random(), len(told) == mix.ask_after
            if (draw := draw - mix.batches) < 0:
                yield Request(BATCH, batch([one.body for one in islice(singles, mix.batch)]))
            elif (draw := draw - mix.retries) < 0 and len(told) >= mix.retry_after:
                yield Request(SINGLE, told[-mix.retry_after].body)
            elif (draw := draw - mix.labels) < 0 and old:
                yield Request(LABELS, label(told[0].number, fraud=told[0].fraud))
            elif draw - mix.reads < 0 and old:
                yield Request(self.read.format(told[0].number))
            else:
                told.append(next(singles))
                yield Request(SINGLE, told[-1].body)

    def _singles(self) -> Iterator[_Told]:
        """Payments, a block at a time. What is left of the last block is never sent."""
        while True:
            payments = self.payments.take(_BLOCK)
            columns = (payments.ids.tolist(), payments.frauds.tolist(), bodies(payments))
            yield from map(_Told, *columns)


def bodies(payments: Transactions) -> list[bytes]:
    """Each payment as a client writes it."""
    moments = np.datetime_as_string(payments.times.astype("datetime64[s]")).tolist()
    columns = (payments.ids, payments.customers, payments.terminals, payments.amounts)
    rows = zip(*(column.tolist() for column in columns), moments, strict=True)
    return [
        (
            f'{{"transaction_id":{number},"customer_id":{customer},"terminal_id":{terminal},'
            f'"amount":"{amount:.2f}","time":"{moment}Z"}}'
        ).encode()
        for number, customer, terminal, amount, moment in rows
    ]


def batch(payments: Sequence[bytes]) -> bytes:
    """Several payments in one request."""
    return b'{"transactions":[' + b",".join(payments) + b"]}"


def label(transaction_id: int, *, fraud: bool) -> bytes:
    """What became of a payment that was told before."""
    return json.dumps({"labels": [{"transaction_id": transaction_id, "fraud": fraud}]}).encode()


def write(file: Path, requests: Iterable[Request], *, url: str, key: str) -> None:
    """The tape, readable by its owner alone: it holds the key."""
    header = json.dumps({"X-API-Key": [key], "Content-Type": ["application/json"]})
    base = url.rstrip("/")
    file.unlink(missing_ok=True)
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:  # noqa: PTH123 (only so is it private from the start)
        for one in requests:
            body = f',"body":"{base64.b64encode(one.body).decode()}"' if one.body else ""
            target = f'"method":"{one.method}","url":"{base}{one.path}"'
            out.write(f'{{{target},"header":{header}{body}}}\n')


def read(file: Path) -> Iterator[Request]:
    """The requests of a tape, for a generator that knows URL and key by itself."""
    with file.open() as lines:
        for line in lines:
            one = json.loads(line)
            path = "/" + one["url"].split("/", 3)[3]
            yield Request(path, base64.b64decode(one.get("body", "")))
