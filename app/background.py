"""Threads for work that nobody waits for: they yield to the requests beside them."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final

_LOWEST: Final = 19


def yielding(name: str) -> ThreadPoolExecutor:
    """One thread of the lowest priority. On Linux a thread has a nice value of its own."""
    return ThreadPoolExecutor(1, name, initializer=_yield_to_others)


def _yield_to_others() -> None:
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LOWEST)
