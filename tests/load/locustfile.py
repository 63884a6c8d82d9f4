"""Clients of the scoring service, by hand or from `make load`:

    LOAD_KEY_FILE=key .venv-load/bin/locust -f tests/load/locustfile.py --host http://10.77.0.2:30080

Mostly single payments, some batches, some told twice, now and then a read. LOAD_TAPE names requests
that were drawn before (`tests/load/tape.py`); without it they are drawn here, which takes a minute.
"""

import csv
import os
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from random import random
from typing import Any

import gevent
from locust import FastHttpUser, constant_throughput, events, task
from locust.env import Environment
from locust.exception import StopUser

# Locust runs this file as a program; the packages beside it are found from the root.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.load import ours
from tests.load.payments import Payments, pool, unused_id
from tests.load.tape import Composer, Request, read

PER_USER = 10
"""Requests per second of one client: as many clients are needed as there are tens in the rate."""
TIMEOUT = 10.0
WITHOUT_TAPE = 300_000
"""Requests; then the clients rest."""


class Play:
    """The tape that all clients share, and what they were answered."""

    tape: Iterator[Request] = iter(())
    prepared: Iterator[Request] = iter(())
    headers: dict[str, str]
    rows: list[tuple[int, int, int, str, str]]


@events.init.add_listener  # type: ignore[untyped-decorator]
def prepare(**_: Any) -> None:
    """Read everything before the clock of the run starts."""
    Play.prepared = _tape()


@events.test_start.add_listener  # type: ignore[untyped-decorator]
def begin(environment: Environment, **_: Any) -> None:
    """Refuse a target that is not ours. Until this has passed there is nothing to send."""
    try:
        ours.require(environment.host or "")
        key = Path(os.environ["LOAD_KEY_FILE"]).read_text(encoding="utf-8").strip()
    except (ours.NotOursError, KeyError, OSError) as wrong:
        unset = isinstance(wrong, KeyError)
        why = "LOAD_KEY_FILE is not set; it names a file with the API key" if unset else wrong
        print(f"error: {why}", file=sys.stderr)
        environment.process_exit_code = 2
        if environment.runner:
            environment.runner.quit()
        raise SystemExit(2) from None
    Play.headers = {"X-API-Key": key, "Content-Type": "application/json"}
    Play.rows = []
    Play.tape = Play.prepared
    if begun := os.environ.get("LOAD_BEGUN"):
        Path(begun).touch()


def _tape() -> Iterator[Request]:
    if given := os.environ.get("LOAD_TAPE"):
        requests = list(read(Path(given)))
    else:
        requests = list(Composer(Payments(pool(), unused_id())).compose(WITHOUT_TAPE))
    return chain(requests)


@events.request.add_listener  # type: ignore[untyped-decorator]
def answered(
    name: str,
    response_time: float,
    exception: BaseException | None,
    start_time: float,
    response: Any = None,
    **_: Any,
) -> None:
    """Locust rounds its percentiles to whole milliseconds; these rows are not rounded."""
    status = int(getattr(response, "status_code", 0) or 0)
    error = f"{type(exception).__name__}: {exception}" if exception and not status else ""
    Play.rows.append((int(start_time * 1e9), status, int(response_time * 1e6), name, error))


@events.quitting.add_listener  # type: ignore[untyped-decorator]
def end(**_: Any) -> None:
    """Write what was answered, for whoever asked for it."""
    if file := os.environ.get("LOAD_ANSWERS"):
        with Path(file).open("w", newline="") as out:
            csv.writer(out).writerows(Play.rows)


class Client(FastHttpUser):  # type: ignore[misc]  # locust lives in .venv-load
    """Sends the next request of the tape ten times a second, each time awaiting its answer."""

    wait_time = constant_throughput(PER_USER)
    network_timeout = connection_timeout = TIMEOUT
    max_retries = max_redirects = 0

    def on_start(self) -> None:
        """Clients do not all begin at once."""
        gevent.sleep(random() / PER_USER)  # noqa: S311 (no secret)

    @task  # type: ignore[untyped-decorator]
    def next(self) -> None:
        """One request; at the tape's end the client goes home."""
        one = next(Play.tape, None)
        if one is None:
            raise StopUser
        self.client.request(
            one.method, one.path, data=one.body or None, headers=Play.headers, name=one.path,
            allow_redirects=False,
        )  # fmt: skip
