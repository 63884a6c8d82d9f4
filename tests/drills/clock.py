"""One clock for all that a drill notes: it reads like the wall's and never steps."""

import time
from typing import Final

_START: Final = time.time() - time.monotonic()


def now() -> float:
    """Seconds since the epoch, by the monotonic clock."""
    return _START + time.monotonic()
