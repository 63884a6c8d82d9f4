import json
from typing import Any

from local.progress import Progress
from tests.load.peers import contest
from tests.load.target import WORK
from tests.prove.errors import ProveError
from tests.prove.evidence import Measured
from tests.prove.figures import Figure
from tests.prove.making import make

PROMISE = (
    "The same model with given features is served with at least 3 times the throughput and at "
    "most a third of the P95 of the best of MLServer, BentoML and Ray Serve, in the same run on "
    "the same core"
)
PEERS = 3


def measure() -> Measured:
    """`make peers`, and what it wrote."""
    progress = Progress({"peers": 600.0})
    with progress.step("peers"):
        make("peers")
    file = WORK / "peers.json"
    if not file.exists():
        raise ProveError(f"make peers wrote no {file}")
    result: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    standing, whole = result["standing"], result["whole_path"]
    found = contest.ratios(standing)
    return Measured(
        trials=[*result["trials"], {"out": result["out"]}, {"whole_path": whole}],
        figures=[
            Figure(name="throughput_ratio", value=found["throughput"], at_least=3),
            Figure(name="p95_ratio", value=found["p95"], at_most=0.333),
            Figure(name="peers", value=len(standing.keys() - {contest.OURS}), at_least=PEERS),
            *of_servers(standing),
            *of_whole_path(whole),
        ],
    )


def of_servers(standing: dict[str, dict[str, float]]) -> list[Figure]:
    """Each server's medians."""
    return [
        Figure(name=f"{server}_{name}", value=found[name], unit=unit)
        for server, found in standing.items()
        for name, unit in (("throughput", "/s"), ("p95", "ms"))
    ]


def of_whole_path(whole: dict[str, Any]) -> list[Figure]:
    """Ours as deployed, where a stack was up; the trials say why, where none was."""
    if "why_not" in whole:
        return []
    return [
        Figure(name="whole_path_throughput", value=whole["throughput"], unit="/s"),
        Figure(name="whole_path_p95", value=whole["p95"], unit="ms"),
    ]
