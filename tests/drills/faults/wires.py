"""Cuts between the instances of the database."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import product

from local.cluster.layout import NETNS
from local.cluster.run import run
from tests.drills.clock import now
from tests.drills.scene import Scene
from tests.e2e.parts import STANDBY
from tests.e2e.pods import Pod

CUT = 20.0
TABLE = "bulwark_drill"


@contextmanager
def one_replica_cut(scene: Scene) -> Iterator[None]:
    """The primary and one replica do not hear each other: the other one is enough."""
    with _cut(scene, STANDBY.pods(scene.stack)[:1]):
        yield


@contextmanager
def all_replicas_cut(scene: Scene) -> Iterator[None]:
    """The primary hears no replica: nothing may be acknowledged until it does."""
    with _cut(scene, STANDBY.pods(scene.stack)):
        yield


def over(scene: Scene) -> bool:
    """Whether the cut lasted long enough."""
    return now() - scene.fault > CUT


@contextmanager
def _cut(scene: Scene, replicas: Sequence[Pod]) -> Iterator[None]:
    """Packets are dropped on every node that they could pass, in a table of the drill's own."""
    primary = scene.primary()
    there = [str(pod.status.pod_ip) for pod in replicas]
    names = ", ".join(str(pod.metadata.name) for pod in replicas)
    try:
        scene.struck(f"{primary.metadata.name} cut from {names}")
        _nft(scene, rules(primary.status.pod_ip, there))
        yield
    finally:
        _nft(scene, f"add table ip {TABLE}\ndelete table ip {TABLE}\n")  # there or not
        scene.note("the cut is mended")


def rules(primary: str, replicas: Sequence[str]) -> str:
    """Drop what goes between, in both directions, before any other rule is asked."""
    pairs = [*product([primary], replicas), *product(replicas, [primary])]
    drops = "\n".join(f"    ip saddr {a} ip daddr {b} drop" for a, b in pairs)
    return f"""\
table ip {TABLE} {{
  chain cut {{
    type filter hook forward priority -300; policy accept;
{drops}
  }}
}}
"""


def _nft(scene: Scene, commands: str) -> None:
    for node in scene.cluster.nodes:
        run("nsenter", f"--net={NETNS / node.netns}", "nft", "-f", "-", given=commands)
