"""What is killed, one at a time: how each is found among the machine's processes."""

import os
import re
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from tests.e2e.parts import API, POOLER, PRIMARY, REDIS, STANDBY, Part
from tests.e2e.processes import Process, processes
from tests.e2e.stack import RunningStack
from tests.e2e.supervised import PROGRAMS, supervised

PAUSE = "pause"


@dataclass(frozen=True)
class Victim:
    """A kind of process of the running stack."""

    name: str
    find: Callable[[RunningStack], list[Process]]

    def kill(self, stack: RunningStack) -> list[int]:
        """End all of it at once, without a chance to say goodbye."""
        pids = [process.pid for process in self.find(stack)]
        for pid in pids:
            with suppress(ProcessLookupError):  # It went with its parent.
                os.kill(pid, signal.SIGKILL)
        return pids


def _program(name: str) -> Victim:
    return Victim(name, lambda _: [p for p in supervised() if p.name == name])


def _pod(part: Part) -> Victim:
    """The processes of one pod of a part, but for the one that holds its network."""

    def find(stack: RunningStack) -> list[Process]:
        uid = part.pods(stack)[0].metadata.uid
        mark = re.compile(uid.replace("-", "[-_]"))
        return [p for p in processes() if mark.search(p.cgroups) and p.name != PAUSE]

    return Victim(f"{part.name} pod", find)


VICTIMS = (
    *map(_program, PROGRAMS),
    *map(_pod, (PRIMARY, STANDBY, POOLER, REDIS, API)),
)
