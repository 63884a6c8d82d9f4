"""`make peers`: the same model, the same rows, the same core, one server after the other.

The servers run where nothing but loopback is: some of them listen on every address there is.
"""

import json
import os
import subprocess
import sys
from typing import Any

from local.progress import duration, table
from tests.load.generators import ROOT
from tests.load.peers import contest
from tests.load.peers.contest import Contest, Trial
from tests.load.peers.servers import SERVERS
from tests.load.peers.whole_path import whole_path
from tests.load.target import WORK
from tests.prove.errors import ProveError

RESULT = WORK / "peers.json"
EACH = 2 * (contest.WARM_UP + contest.SECONDS) + 15.0
"""Seconds of a server in a round, its start and end included."""


class Told:
    """One line per trial, with the time left."""

    def __init__(self, rounds: int) -> None:
        self._left = rounds * len(SERVERS)

    def __call__(self, trial: Trial) -> None:
        """As soon as it is measured."""
        self._left -= 1
        p95 = trial["milliseconds"]["p95"]
        print(
            f"round {trial['round']}  {trial['server']:<9}  {trial['throughput']:>7,.0f}/s"
            f"  P95 {p95 if p95 is not None else '-':>7} ms at {trial['rate']}/s"
            f"  about {duration(self._left * EACH)} left",
            flush=True,
        )


def report(standing: dict[str, dict[str, float]], out: dict[str, str]) -> str:
    """Medians, ratios, and who did not take part."""
    rows = [("server", "requests/s", f"P95 ms at {contest.RATE}/s", "CPU µs a request")]
    rows += [
        (name, f"{s['throughput']:,.0f}", f"{s['p95']:.2f}", f"{s['cpu_microseconds']:,.0f}")
        for name, s in sorted(standing.items(), key=lambda pair: -pair[1]["throughput"])
    ]
    found = contest.ratios(standing)
    return "\n".join(
        [
            "",
            table(rows),
            *(f"{name} took no part: {why}" for name, why in out.items()),
            f"ours by the best peer: throughput {found['throughput']}, P95 {found['p95']}",
        ]
    )


def alone(arguments: list[str]) -> int:
    """This program once more, in a network of its own with nothing but loopback in it."""
    rights = [] if os.geteuid() == 0 else ["--map-root-user"]
    inside = 'ip link set lo up && exec "$0" -m tests.load.peers --alone "$@"'
    command = ["unshare", "--net", *rights, "sh", "-c", inside, sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def compete(out: dict[str, str]) -> int:
    """All rounds, the medians, the ratios."""
    match = Contest.of_test_rows()
    match.out |= out
    trials = list(match.rounds(contest.ROUNDS, Told(contest.ROUNDS)))
    standing = contest.standings(trials)
    print(report(standing, match.out))
    result = {"standing": standing, "out": match.out, "trials": trials}
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0


def main(arguments: list[str]) -> int:
    """Install what can be installed, let them compete, and show our whole path beside them."""
    if arguments[:1] == ["--alone"]:
        return compete(json.loads(arguments[1]))
    WORK.mkdir(parents=True, exist_ok=True)
    RESULT.unlink(missing_ok=True)
    pairs = ((server.name, server.install()) for server in SERVERS)
    out = {name: f"can not be installed: {why}" for name, why in pairs if why}
    expected = contest.ROUNDS * (len(SERVERS) - len(out)) * EACH
    print(f"{contest.ROUNDS} rounds: about {duration(expected)}", flush=True)
    try:
        if status := alone([json.dumps(out)]):
            return status
        whole = whole_path()
    except ProveError as wrong:
        print(f"error: peers: {wrong}", file=sys.stderr)
        return 1
    result = json.loads(RESULT.read_text(encoding="utf-8")) | {"whole_path": whole}
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(f"ours as deployed, windows and log included: {told(whole)}")
    return 0


def told(whole: dict[str, Any]) -> str:
    """The whole path in one line."""
    if why := whole.get("why_not"):
        return f"not measured: {why}"
    return f"{whole['throughput']:,.0f}/s, P95 {whole['p95']} ms at {whole['rate']}/s"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
