"""Replays the held-out week through a deployed service, as its clients would.

    python -m app.replay --url http://10.77.0.2:30080 --key-file key --count 20000 --compare

The payments go in order of time, one request after the other: mostly in batches, some singly. What
is refused with 503, or meets a closed door, is told again under the same ids until it is decided.
"""

import argparse
import ipaddress
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx  # a client's tool: the image does without

from app.domain.simulator import Simulation, simulate
from app.domain.transactions import Transaction, Transactions
from app.progress import Progress

BATCH = 500
SINGLES = 25
"""Sent one by one before each batch."""
SINGLE = "/v1/score"
OURS = tuple(map(ipaddress.ip_network, ("127.0.0.0/8", "::1/128", "10.77.0.0/16")))


class ReplayError(Exception):
    """Why the replay stopped, in one line."""


@dataclass(slots=True)
class Answers:
    """What the service said."""

    decisions: dict[int, dict[str, Any]] = field(default_factory=dict)
    retries: int = 0
    milliseconds: list[float] = field(default_factory=list)
    """Of the single requests that were answered at the first try."""

    @property
    def scores(self) -> dict[int, float]:
        """By transaction id."""
        return {number: one["score"] for number, one in self.decisions.items()}

    @property
    def degraded(self) -> int:
        """How many were judged without Redis."""
        return sum(one["degraded"] for one in self.decisions.values())


class Client:
    """Tells payments until they are decided, for as long as its patience lasts.

    With `features` it asks for what the model was shown, too.
    """

    def __init__(
        self,
        http: httpx.Client,
        *,
        patience_seconds: float = 120,
        sleep: Callable[[float], None] = time.sleep,
        features: bool = False,
    ) -> None:
        self._http = http
        self._wanted = "?features=true" if features else ""
        self._patience = patience_seconds
        self._sleep = sleep
        self.answers = Answers()

    def tell(self, payments: Sequence[Transaction]) -> None:
        """One payment by itself, several as a batch."""
        bodies = [body(payment) for payment in payments]
        if len(bodies) == 1:
            decisions = [self._post(f"{SINGLE}{self._wanted}", bodies[0])]
        else:
            path = f"/v1/score/batch{self._wanted}"
            decisions = self._post(path, {"transactions": bodies})["decisions"]
        if [one["transaction_id"] for one in decisions] != [p.transaction_id for p in payments]:
            raise ReplayError("the service answered other payments than it was told")
        self.answers.decisions |= {one["transaction_id"]: one for one in decisions}

    def label(self, frauds: Mapping[int, bool], source: str) -> None:
        """Whether some payments, by their ids, were frauds."""
        labels = [{"transaction_id": number, "fraud": fraud} for number, fraud in frauds.items()]
        told = self._post("/v1/labels", {"labels": labels, "source": source})["labels"]
        if {one["transaction_id"]: one["fraud"] for one in told} != frauds:
            raise ReplayError("the service answered other labels than it was told")

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        waited, why = 0.0, ""
        while waited <= self._patience:
            pause = 1.0
            start = time.perf_counter()
            try:
                answer = self._http.post(path, json=body)
            except httpx.TransportError as error:
                why = f"{type(error).__name__}: {error}"
            else:
                if answer.status_code == httpx.codes.OK:
                    if path.partition("?")[0] == SINGLE and not waited:
                        self.answers.milliseconds.append(1000 * (time.perf_counter() - start))
                    return answer.json()
                why = f"{answer.status_code} {answer.text[:200]}"
                if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                    raise ReplayError(f"{path} was answered {why}")
                pause = float(answer.headers.get("Retry-After", pause))
            self.answers.retries += 1
            self._sleep(pause)
            waited += pause
        raise ReplayError(f"{path} was not answered in {self._patience:.0f} s, at last: {why}")


def replay(client: Client, payments: Transactions, tick: Callable[[int], None]) -> Answers:
    """All of these payments, in their order."""
    for some in parts(list(payments)):
        client.tell(some)
        tick(len(some))
    return client.answers


def parts(payments: Sequence[Transaction]) -> Iterator[Sequence[Transaction]]:
    """Some singly, then a batch, and so on."""
    at = 0
    while at < len(payments):
        for single in range(at, min(at + SINGLES, len(payments))):
            yield payments[single : single + 1]
        at += SINGLES
        if at < len(payments):
            yield payments[at : at + BATCH]
            at += BATCH


def ours(url: str) -> bool:
    """Whether this is a machine or a local cluster of ours."""
    host = httpx.URL(url).host
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return any(address in network for network in OURS)


def body(payment: Transaction) -> dict[str, Any]:
    """A payment as a client writes it."""
    return {
        "transaction_id": payment.transaction_id,
        "customer_id": payment.customer_id,
        "terminal_id": payment.terminal_id,
        "amount": f"{payment.amount:.2f}",
        "time": datetime.fromtimestamp(payment.time, UTC).isoformat(),
    }


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m app.replay",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    parser.add_argument("--url", required=True, help="the service, like http://10.77.0.2:30080")
    parser.add_argument("--key-file", required=True, type=Path, help="a file with the API key")
    parser.add_argument("--count", type=int, default=20_000, help="payments (default: 20000)")
    parser.add_argument("--scores", type=Path, help="write the answers here, one JSON per line")
    parser.add_argument("--compare", action="store_true", help="with the model's offline scores")
    parser.add_argument(
        "--patience", type=float, default=120, metavar="SECONDS",
        help="with a request that is not answered (default: 120)",
    )  # fmt: skip
    return parser.parse_args(arguments)


def _run(asked: argparse.Namespace) -> None:
    if not ours(asked.url) and os.environ.get("ALLOW_REMOTE") != "1":
        raise ReplayError(
            f"{asked.url} is neither this machine nor a local cluster (10.77.0.0/16);"
            " set ALLOW_REMOTE=1 to send it load all the same"
        )
    simulation = simulate()
    payments = simulation.test_week()[: asked.count]
    headers = {"X-API-Key": asked.key_file.read_text(encoding="utf-8").strip()}
    progress = _Sparse(Progress("replayed", len(payments)), len(payments) // 20)
    with httpx.Client(base_url=asked.url, headers=headers, timeout=10) as http:
        client = Client(http, patience_seconds=asked.patience)
        answers = replay(client, payments, progress.add)
    print(_summary(answers, progress.seconds))
    if asked.scores:
        lines = (json.dumps(one) + "\n" for one in answers.decisions.values())
        asked.scores.write_text("".join(lines), encoding="utf-8")
    if asked.compare:
        print(_comparison(simulation, payments, answers))


class _Sparse:
    """Tells some twenty lines' worth of progress."""

    def __init__(self, progress: Progress, step: int) -> None:
        self._progress, self._step, self._waiting = progress, step, 0

    @property
    def seconds(self) -> float:
        return self._progress.seconds

    def add(self, count: int) -> None:
        self._waiting += count
        if self._waiting >= self._step:
            self._progress.add(self._waiting)
            self._waiting = 0


def _summary(answers: Answers, seconds: float) -> str:
    kinds = Counter(one["decision"] for one in answers.decisions.values())
    counts = ", ".join(f"{kinds[kind]:,} {kind}" for kind in ("approve", "review", "decline"))
    singles = sorted(answers.milliseconds) or [0.0]
    return (
        f"replayed {len(answers.decisions):,} payments in {seconds:.0f} s"
        f" ({len(answers.decisions) / seconds:,.0f}/s): {counts};"
        f" {answers.degraded:,} degraded, {answers.retries} retries;"
        f" singly {singles[len(singles) // 2]:.1f} ms median,"
        f" {singles[len(singles) * 95 // 100]:.1f} ms P95"
    )


def _comparison(simulation: Simulation, payments: Transactions, answers: Answers) -> str:
    from app.training.evaluate import compare, offline_scores  # noqa: PLC0415 (only when asked)

    found = compare(payments, offline_scores(simulation, payments), answers.scores)
    return (
        f"AUC {found.service.auc:.4f} (offline {found.offline.auc:.4f}),"
        f" AP {found.service.ap:.4f} (offline {found.offline.ap:.4f}),"
        f" largest difference of a score {found.largest_difference:.1e}"
    )


def main(arguments: list[str] | None = None) -> int:
    """Replay; one line says why it stopped."""
    try:
        _run(_arguments(arguments))
    except (ReplayError, OSError) as error:
        print(f"error: replay: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
