"""One server after the other on the same core, in an order that changes from round to round."""

import base64
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from app.adapters import onnx_model
from app.domain.features import matrix
from app.domain.simulator import simulate
from app.domain.transactions import Floats
from app.domain.world import World
from tests.load import meter
from tests.load.answers import Answers
from tests.load.generators import Job, vegeta
from tests.load.peers.servers import HERE, KEY, SERVERS, Server, members, serving, wait_right
from tests.load.target import WORK
from tests.prove.errors import ProveError

OURS = "bulwark"
SERVER_CORE, GENERATOR_CORE = "0", "1"
PORT = 18_080
ROUNDS = 3
CLIENTS = 32
"""Connections of the closed loop, each with one request on its way."""
RATE = 250
"""Requests per second of the open loop: every peer was seen to hold it."""
WARM_UP, SECONDS = 3.0, 8.0
SAME = 1e-5
"""Scores that differ by less are the same model's: some servers answer in single precision."""
ROWS = 2000
Trial = dict[str, Any]


@dataclass
class Contest:
    """The servers that take part, what they are asked, and who can not and why."""

    rows: Floats
    scores: Floats
    """The model's own, of each row."""
    port: int = PORT
    out: dict[str, str] = field(default_factory=dict)
    """Who does not take part, and why."""

    @classmethod
    def of_test_rows(cls) -> "Contest":
        """Real feature rows of a small world."""
        world = World(customers=400, terminals=800, radius=15, days=60)
        rows = matrix(simulate(world).transactions)[-ROWS:]
        return cls(rows, onnx_model.load().scorer.probabilities(rows))

    def rounds(self, count: int, said: Callable[[Trial], None]) -> Iterator[Trial]:
        """Every server once a round; the first of one round is the last of the next."""
        for number in range(count):
            for server in order(SERVERS, number):
                if server.name in self.out:
                    continue
                try:
                    trial = {"round": number + 1, **self.trial(server)}
                except ProveError as wrong:
                    self.out[server.name] = str(wrong)
                    continue
                said(trial)
                yield trial

    def trial(self, server: Server) -> Trial:
        """Start it, see that it is right, load it in two ways, end it."""
        url = f"http://{HERE}:{self.port}{server.path}"
        WORK.mkdir(parents=True, exist_ok=True)
        # Short, as paths of sockets have to be.
        with tempfile.TemporaryDirectory(prefix="peer-") as name:
            folder = Path(name)
            with serving(server, self.port, folder, SERVER_CORE) as served:
                try:
                    row, score = self.rows[0].tolist(), float(self.scores[0])
                    apart = wait_right(server, url, row, score, served)
                    if apart > SAME:
                        raise ProveError(f"{server.name} scores otherwise, by {apart:.1e}")
                    self._tape(server, url, folder / "tape.json")
                    return {"server": server.name, "score_apart": apart} | self._load(
                        folder, served.mark, url
                    )
                finally:
                    log = folder / f"{server.name}.log"
                    (WORK / f"peer-{server.name}.log").write_bytes(log.read_bytes())

    def _load(self, folder: Path, mark: str, url: str) -> Trial:
        job = Job(
            url=url, key_file=folder, tape=folder / "tape.json", rate=0, clients=CLIENTS,
            seconds=WARM_UP + SECONDS, folder=folder, again=True, cores=GENERATOR_CORE,
        )  # fmt: skip
        before = meter.Processes({"server": members(mark)})()
        closed = _answers(job)
        spent = meter.spent(before, meter.Processes({"server": members(mark)})())
        opened = _answers(Job(**vars(job) | {"rate": RATE, "clients": 0}))
        late, flat = after_warm_up(closed), after_warm_up(opened)
        return {
            "throughput": round(float(late.well.sum()) / SECONDS, 1),
            "closed_milliseconds": late.milliseconds(),
            "cpu_microseconds": round(1e6 * spent["server"] / max(len(closed), 1), 1),
            "rate": RATE,
            "achieved": round(float(flat.well.sum()) / SECONDS, 1),
            "milliseconds": flat.milliseconds(),
            "errors": closed.errors() | {f"{k} at {RATE}/s": n for k, n in opened.errors().items()},
            "processes": len(members(mark)),
            "load_average": os.getloadavg()[0],
        }

    def _tape(self, server: Server, url: str, file: Path) -> None:
        headers = {"Content-Type": ["application/json"], "X-API-Key": [KEY]}
        with file.open("w") as out:
            for row in self.rows.tolist():
                body = base64.b64encode(json.dumps(server.body(row)).encode()).decode()
                target = {"method": "POST", "url": url, "header": headers, "body": body}
                out.write(json.dumps(target) + "\n")


def order(servers: Sequence[Server], number: int) -> list[Server]:
    """Rotated, so that nobody always runs on the machine that somebody else left warm."""
    at = number % len(servers)
    return [*servers[at:], *servers[:at]]


def after_warm_up(answers: Answers) -> Answers:
    """What was sent once the warm-up was over."""
    if not len(answers):
        return answers
    start = float(answers.sent[0]) + WARM_UP
    return answers.between(start, start + SECONDS)


def standings(trials: Sequence[Trial]) -> dict[str, dict[str, float]]:
    """Medians over the rounds, by server."""
    found = {}
    for name in dict.fromkeys(trial["server"] for trial in trials):
        mine = [trial for trial in trials if trial["server"] == name]
        p95 = [t["milliseconds"]["p95"] for t in mine]
        found[name] = {
            "throughput": median(t["throughput"] for t in mine),
            "p95": median(float("inf") if v is None else v for v in p95),
            "cpu_microseconds": median(t["cpu_microseconds"] for t in mine),
            "rounds": len(mine),
        }
    return found


def ratios(standing: dict[str, dict[str, float]]) -> dict[str, float | None]:
    """Ours by the best peer's: of the throughputs, and of the P95 at the same rate."""
    peers = [found for name, found in standing.items() if name != OURS]
    if not peers or OURS not in standing:
        return {"throughput": None, "p95": None}
    ours = standing[OURS]
    return {
        "throughput": round(ours["throughput"] / max(p["throughput"] for p in peers), 2),
        "p95": round(ours["p95"] / min(p["p95"] for p in peers), 3),
    }


def _answers(job: Job) -> Answers:
    with vegeta(job) as running:
        running.process.wait(timeout=job.seconds + 60)
        return running.answers()
