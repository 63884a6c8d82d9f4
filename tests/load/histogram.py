"""The server's own histograms of its times, read from /metrics, and their quantiles."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import inf

ANSWERS, ROUNDS = "fraud_request_seconds", "fraud_round_seconds"
_BUCKET = re.compile(r"^(?P<name>\w+)_bucket\{(?P<labels>[^}]*)\} (?P<count>\S+)$", re.MULTILINE)
_LABEL = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True)
class Histogram:
    """How many took at most how many seconds. Bounds ascend, the last one is infinite."""

    counts: Mapping[float, float]
    """Cumulative, by upper bound in seconds."""

    @classmethod
    def read(cls, exposition: str, name: str, label: str, values: Iterable[str]) -> "Histogram":
        """All series with one of these values together, from the text that Prometheus scrapes."""
        wanted, counts = set(values), dict[float, float]()
        for found in _BUCKET.finditer(exposition):
            labels = dict(_LABEL.findall(found["labels"]))
            if found["name"] == name and labels[label] in wanted:
                bound = float(labels["le"])
                counts[bound] = counts.get(bound, 0) + float(found["count"])
        return cls(dict(sorted(counts.items())))

    @property
    def total(self) -> float:
        """How many it holds."""
        return self.counts.get(inf, 0)

    def __add__(self, other: "Histogram") -> "Histogram":
        return self._with(other, 1)

    def __sub__(self, other: "Histogram") -> "Histogram":
        return self._with(other, -1)

    def quantile(self, share: float) -> float | None:
        """Seconds, linear within a bucket as Prometheus reckons; nothing if nothing was counted.

        In the last bucket there is only its lower bound to tell.
        """
        wanted, below, lower = share * self.total, 0.0, 0.0
        if not self.total:
            return None
        for bound, count in self.counts.items():
            if count >= wanted and count > below:
                part = (wanted - below) / (count - below)
                return lower if bound == inf else lower + (bound - lower) * part
            below, lower = count, bound
        return lower

    def bucket(self, share: float) -> tuple[float, float] | None:
        """The bounds, in seconds, between which the quantile lies for certain."""
        lower = 0.0
        for bound, count in self.counts.items():
            if self.total and count >= share * self.total and count > 0:
                return lower, bound
            lower = bound
        return None

    def _with(self, other: "Histogram", sign: int) -> "Histogram":
        bounds = sorted({*self.counts, *other.counts})
        return Histogram({b: self.counts.get(b, 0) + sign * other.counts.get(b, 0) for b in bounds})


def apart(told: float, counted: float) -> float:
    """By which share of the server's figure a generator's differs; 0.2 is 20 %."""
    return abs(told - counted) / counted if counted else inf
