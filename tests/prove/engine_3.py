from contextlib import suppress

from local.paths import CLUSTERS
from local.progress import Progress
from tests.e2e import timeouts
from tests.e2e.inventory import Thing, inventory
from tests.e2e.stack import CLUSTER
from tests.e2e.waiting import TooLateError, until_none
from tests.prove.evidence import Measured
from tests.prove.figures import Figure, Trial, worst
from tests.prove.making import make
from tests.prove.scoring import one_decision
from tests.prove.snapshot import Snapshot, left_behind, ours

PROMISE = (
    "up → destroy → up, three times, leaves nothing in the cluster and needs no hand; `make down` "
    "leaves no process, mount, network, cgroup, rule or changed setting on the machine"
)
ROUNDS = range(1, 4)
KUBECONFIG = CLUSTERS / CLUSTER / "kubeconfig"


def measure() -> Measured:
    """A machine without us, then the rounds, then the machine again."""
    steps = {f"round {n}: {verb}": s for n in ROUNDS for verb, s in (("up", 150), ("destroy", 60))}
    progress = Progress({"empty cluster": 40.0, **steps, "up once more": 150.0, "down": 20.0})
    make("down")
    before = Snapshot.take()
    with progress.step("empty cluster"):
        make("engine")
    empty = set(inventory(KUBECONFIG))

    rounds: list[Trial] = []
    for n in ROUNDS:
        with progress.step(f"round {n}: up"):
            up = make("up")
        decision = one_decision()
        with progress.step(f"round {n}: destroy"):
            destroy = make("destroy")
            left = left_in_cluster(empty)
        rounds.append(
            {"up_seconds": up, "decision": decision, "destroy_seconds": destroy, "left": left}
        )
    with progress.step("up once more"):
        make("up")
    one_decision()
    with progress.step("down"):
        down = make("down")
    after = Snapshot.take()
    stayed, marked = left_behind(before, after), ours(after)
    things = sum(len(found) for found in [*stayed.values(), *marked.values()])

    return Measured(
        trials=[*rounds, {"down_seconds": down, "left": stayed, "ours": marked}],
        figures=[
            Figure(name="rounds", value=len(rounds), at_least=len(ROUNDS)),
            worst("left_in_the_cluster", [len(r["left"]) for r in rounds], at_most=0),
            Figure(name="left_on_the_machine", value=things, at_most=0),
            worst("destroy_seconds", [r["destroy_seconds"] for r in rounds], unit="s"),
            worst("down_seconds", [down], unit="s"),
        ],
    )


def left_in_cluster(empty: set[Thing]) -> list[str]:
    """What is still there when the cluster has had its time to forget the rest."""

    def left() -> list[str]:
        return sorted(map(str, set(inventory(KUBECONFIG)) - empty))

    with suppress(TooLateError):
        until_none(left, within=timeouts.GONE, what="the cluster is empty", every=2)
    return left()
