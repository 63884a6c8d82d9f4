"""What is killed, one at a time: how each is found among the machine's processes."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.e2e.parts import API, POOLER, PRIMARY, REDIS, STANDBY, Part
from tests.e2e.processes import Process, kill, of_pod
from tests.e2e.stack import RunningStack
from tests.e2e.supervised import PROGRAMS, supervised


@dataclass(frozen=True)
class Victim:
    """A kind of process of the running stack."""

    name: str
    find: Callable[[RunningStack], list[Process]]

    def kill(self, stack: RunningStack) -> list[int]:
        """End all of it at once, without a chance to say goodbye."""
        pids = [process.pid for process in self.find(stack)]
        kill(pids)
        return pids


def _program(name: str) -> Victim:
    return Victim(name, lambda _: [p for p in supervised() if p.name == name])


def _pod(part: Part) -> Victim:
    """The processes of one pod of a part."""
    return Victim(f"{part.name} pod", lambda stack: of_pod(part.pods(stack)[0].metadata.uid))


VICTIMS = (
    *map(_program, PROGRAMS),
    *map(_pod, (PRIMARY, STANDBY, POOLER, REDIS, API)),
)
