"""A deployed service to send load to: ours as the stack tells it, or any other by its URL."""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx

from tests.e2e import timeouts
from tests.e2e.parts import API, sql
from tests.e2e.stack import RunningStack
from tests.load import ours
from tests.load.histogram import ANSWERS, ROUNDS, Histogram
from tests.load.meter import Meter, Pods, Processes
from tests.load.payments import CUSTOMERS, END_OF_HISTORY, Payments
from tests.load.tape import LABELS, SCORING, Composer, Mix
from tests.prove.errors import ProveError

WORK = Path(__file__).parents[2] / "build" / "load"
LABELLED = 0.005
"""The share of labels among the requests, where the service takes labels."""
DECISION = "/v1/decisions/{transaction_id}"


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where it is, what it offers, and what can be seen of it from here."""

    url: str
    key_file: Path
    stack: RunningStack | None = None
    meter: Meter | None = None
    """What uses its CPU; nothing can be said of a machine that is not ours."""
    after: int = END_OF_HISTORY
    """Seconds since the epoch: when the payments that it knows end."""

    @property
    def key(self) -> str:
        """What clients send along."""
        return self.key_file.read_text(encoding="utf-8").strip()

    def paths(self) -> frozenset[str]:
        """What it offers, as it documents itself."""
        try:
            told = httpx.get(f"{self.url}/openapi.json", timeout=timeouts.REQUEST)
            return frozenset(told.raise_for_status().json()["paths"])
        except (httpx.HTTPError, ValueError, KeyError) as wrong:
            raise ProveError(f"{self.url}/openapi.json says nothing of use: {wrong}") from None

    def composer(self, payments: Payments, rate: int) -> Composer:
        """A payment is told twice after a second; labels and reads where there are such."""
        paths = self.paths()
        labels = LABELLED if LABELS in paths else 0.0
        reading = DECISION.replace("{transaction_id}", "{}") if DECISION in paths else "/healthz"
        second = max(rate, 100)
        mix = Mix(labels=labels, retry_after=second, ask_after=5 * second)
        return Composer(payments, mix, reading)

    def metrics(self) -> Mapping[str, str]:
        """What each of its processes counts, by where it was asked. A URL answers for one."""
        sources = [self.url]
        if self.stack is not None:
            pods = API.pods(self.stack)
            sources = [f"http://{pod.status.pod_ip}:{API.port}" for pod in pods]
        told = {}
        for source in sources:
            with suppress(httpx.HTTPError):  # a pod that has just gone
                told[source] = httpx.get(f"{source}/metrics", timeout=timeouts.REQUEST).text
        return told


def counted(before: Mapping[str, str], after: Mapping[str, str]) -> Histogram:
    """The scoring requests that all processes answered between two looks at their metrics."""
    return _between(before, after, ANSWERS, "path", SCORING)


def stage(before: Mapping[str, str], after: Mapping[str, str], name: str) -> Histogram:
    """A stage of all processes' rounds, likewise."""
    return _between(before, after, ROUNDS, "stage", [name])


def _between(
    before: Mapping[str, str],
    after: Mapping[str, str],
    name: str,
    label: str,
    values: Sequence[str],
) -> Histogram:
    total = Histogram({})
    for source, text in after.items():
        earlier = Histogram.read(before.get(source, ""), name, label, values)
        total += Histogram.read(text, name, label, values) - earlier
    return total


def find() -> Target:
    """What the environment names (URL, KEY_FILE, PIDS), otherwise the running stack."""
    given = os.environ.get("URL")
    return _given(given.rstrip("/")) if given else deployed(RunningStack.find())


def deployed(stack: RunningStack) -> Target:
    """The running stack, with everything that can be seen of it."""
    url = str(stack.outputs["scoring_url"]).rstrip("/")
    ours.require(url)
    WORK.mkdir(parents=True, exist_ok=True)
    key = WORK / "key"
    key.touch(mode=0o600)
    key.write_text(stack.api_key, encoding="utf-8")
    return Target(url=url, key_file=key, stack=stack, meter=Pods(stack), after=_known(stack))


def _known(stack: RunningStack) -> int:
    asked = f"SELECT max(time) FROM transactions WHERE customer_id < {CUSTOMERS}"  # noqa: S608 (our own number)
    last = sql(stack, asked)[0][0]
    if not last:
        raise ProveError("the stack has no history, so windows would be empty; run: make score")
    return max(END_OF_HISTORY, int(datetime.fromisoformat(last).timestamp()))


def _given(url: str) -> Target:
    ours.require(url)
    file = os.environ.get("KEY_FILE")
    if not file or not Path(file).is_file():
        raise ProveError(f"KEY_FILE is {file!r}; with URL it has to name a file with the API key")
    since = datetime.fromisoformat(os.environ.get("AFTER") or "1970-01-01T00:00:00+00:00")
    return Target(
        url=url,
        key_file=Path(file),
        meter=_processes(os.environ.get("PIDS", "")),
        after=max(END_OF_HISTORY, int(since.timestamp())),
    )


def _processes(given: str) -> Meter | None:
    """From `scorer=123,redis=456`: a service that was started by hand on this machine."""
    if not given:
        return None
    pairs = (pair.partition("=") for pair in given.split(","))
    return Processes({name: [int(pid)] for name, _, pid in pairs})
