"""One change of the machine's clusters at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from local.cluster.layout import RUN


@contextmanager
def alone() -> Iterator[None]:
    """Wait for another `up` or `down` to end."""
    with RUN.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("another command changes the clusters; waiting for it", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
