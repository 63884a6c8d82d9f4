"""`make peers`: the same model, the same rows, the same core, one server after the other."""

import json
import sys

from local.progress import duration, table
from tests.load.peers import contest
from tests.load.peers.contest import Contest, Trial
from tests.load.peers.servers import SERVERS
from tests.load.target import WORK
from tests.prove.errors import ProveError

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


def main() -> int:
    """All rounds, the medians, the ratios."""
    rounds = contest.ROUNDS
    print(f"{rounds} rounds: about {duration(rounds * len(SERVERS) * EACH)} once all is installed")
    match = Contest.of_test_rows()
    try:
        trials = list(match.rounds(rounds, Told(rounds)))
    except ProveError as wrong:
        print(f"error: peers: {wrong}", file=sys.stderr)
        return 1
    standing = contest.standings(trials)
    print(report(standing, match.out))
    result = {"standing": standing, "out": match.out, "trials": trials}
    (WORK / "peers.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
