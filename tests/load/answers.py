"""What a generator was answered: one row per request, the same columns for every generator."""

import base64
import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.transactions import Flags, Floats, Ints

NS = 10**9
OK = 200
PERCENTILES = (50, 95, 99)
COLUMNS = ("sent", "status", "latency", "path", "error")
"""Of what locust writes: nanoseconds, a status or 0, nanoseconds, a path, why it failed."""


_NUMBER = re.compile(r"/\d+")
_DEGRADED = re.compile(rb'"degraded": ?true')
Row = tuple[int, int, int, str, str, bool]
"""`COLUMNS`, and whether the answer is marked as degraded."""


@dataclass(frozen=True, eq=False)
class Answers:
    """Requests in the order in which they were sent, as equally long columns."""

    sent: Floats
    """Seconds since the epoch."""
    latency: Floats
    """Seconds."""
    status: Ints
    """0 is a connection that failed or an answer that never came."""
    path: NDArray[np.str_]
    error: NDArray[np.str_]
    """What kind of failure the generator tells of; empty if there was an answer."""
    degraded: Flags
    """Which are marked as judged without Redis, where bodies were kept."""

    @classmethod
    def of(cls, rows: Iterable[Row]) -> "Answers":
        """From rows in any order, in the order of `COLUMNS`."""
        ordered = sorted(rows)
        columns = zip(*ordered, strict=True) if ordered else ((),) * 6
        sent, status, latency, path, error, degraded = columns
        return cls(
            sent=np.array(sent, np.float64) / NS,
            latency=np.array(latency, np.float64) / NS,
            status=np.array(status, np.int64),
            path=np.array(path, np.str_),
            error=np.array(error, np.str_),
            degraded=np.array(degraded, np.bool_),
        )

    def __len__(self) -> int:
        return len(self.sent)

    def __getitem__(self, chosen: Flags) -> "Answers":
        return Answers(
            **{column.name: getattr(self, column.name)[chosen] for column in fields(self)}
        )

    @property
    def well(self) -> Flags:
        """Which were answered as they should be."""
        return (self.status >= OK) & (self.status < OK + 100)

    def between(self, start: float, end: float) -> "Answers":
        """Those sent in [start, end), seconds since the epoch."""
        return self[(self.sent >= start) & (self.sent < end)]

    def errors(self) -> dict[str, int]:
        """How many failed, by kind: a status, or what the generator calls the failure."""
        failed = self[~self.well]
        pairs = zip(failed.status.tolist(), failed.error.tolist(), strict=True)
        kinds = Counter(str(status) if status else text for status, text in pairs)
        return dict(sorted(kinds.items()))

    def by_kind(self) -> dict[str, dict[str, Any]]:
        """How many there were of each path, and their percentiles; reads are one kind."""
        kinds = np.array([_NUMBER.sub("", path) for path in self.path.tolist()], np.str_)
        return {
            str(name): {"requests": int((kinds == name).sum())} | self[kinds == name].milliseconds()
            for name in np.unique(kinds)
        }

    def milliseconds(self) -> dict[str, float | None]:
        """Percentiles and the maximum of all requests, failed ones too: a client waits for them."""
        names = [*(f"p{percent}" for percent in PERCENTILES), "max"]
        if not len(self):
            return dict.fromkeys(names)
        found = np.percentile(self.latency, [*PERCENTILES, 100]) * 1000
        return dict(zip(names, found.round(2).tolist(), strict=True))

    def late(self, rate: float) -> Floats:
        """Seconds by which an open loop's requests left after their time on its schedule."""
        return np.maximum(self.sent - self.sent[:1] - np.arange(len(self)) / rate, 0)


def kind(error: str) -> str:
    """A short name of a failure, without the addresses and ports that differ each time."""
    for mark, name in (
        ("timeout", "timeout"), ("Timeout", "timeout"), ("deadline", "timeout"),
        ("refused", "refused"), ("Refused", "refused"),
        ("reset", "reset"), ("Reset", "reset"), ("EOF", "closed"), ("closed", "closed"),
    ):  # fmt: skip
        if mark in error:
            return name
    return error[:60] or "no answer"


def _reason(status: int, error: str) -> str:
    """Short, as every row is as wide as the widest."""
    return "" if status else kind(error)


def of_vegeta(file: Path) -> Answers:
    """From `vegeta encode -to csv`."""
    return Answers.of(_vegeta(file))


def _vegeta(file: Path) -> Iterator[Row]:
    csv.field_size_limit(1 << 27)
    with file.open(newline="") as lines:
        for row in csv.reader(lines):
            sent, status, latency, _, _, error, body, _, _, _, url, *_ = row
            path = "/" + url.split("/", 3)[-1] if url.count("/") > 2 else "/"
            code = int(status)
            yield int(sent), code, int(latency), path, _reason(code, error), _degraded(body)


def _degraded(body: str) -> bool:
    """A batch is, if any of its decisions is."""
    return bool(body) and bool(_DEGRADED.search(base64.b64decode(body)))


def of_locust(file: Path) -> Answers:
    """From what our locustfile writes."""
    with file.open(newline="") as lines:
        rows = csv.reader(lines)
        return Answers.of(
            (int(s), int(c), int(t), p, _reason(int(c), e), False) for s, c, t, p, e in rows
        )
