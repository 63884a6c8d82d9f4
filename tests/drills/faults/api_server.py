"""Kubernetes without its API."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from tests.drills.clock import now
from tests.drills.scene import Scene
from tests.e2e.stack import CLUSTER
from tests.e2e.supervised import api_server

AWAY = 60.0


@contextmanager
def away(scene: Scene) -> Iterator[None]:
    """It is stopped in its tracks: who asks it hangs, which is worse than a refusal."""
    pid = api_server(CLUSTER).pid
    scene.struck("the API server hangs")
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)
        scene.note("the API server goes on")


def over(scene: Scene) -> bool:
    """Whether it was away long enough."""
    return now() - scene.fault > AWAY
