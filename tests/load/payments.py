"""Payments to send: the simulated customers go on paying where the history ends, without end."""

import hashlib
import time
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from app.domain import simulator
from app.domain.transactions import DAY, Transactions
from app.domain.world import TEST_DAY, World
from local.paths import CACHE

DAYS = 49
"""Seven weeks are drawn; then they come again, weekdays on weekdays, seven weeks later."""
LAP = DAYS * DAY
END_OF_HISTORY = World().midnight(TEST_DAY)
CUSTOMERS = World().customers
"""Customers of the simulated world; other tests' customers have higher numbers."""


@dataclass
class Payments:
    """An endless queue of payments in time order. What was taken does not come again."""

    pool: Transactions
    """`LAP` seconds of payments from `END_OF_HISTORY` on."""
    first_id: int
    after: int = END_OF_HISTORY
    """Seconds since the epoch: the first payment is later than this, or as late as the pool."""
    taken: int = 0

    def take(self, count: int) -> Transactions:
        """The next ones."""
        at = self._skipped() + self.taken + np.arange(count)
        laps, rows = np.divmod(at, len(self.pool))
        chosen = self.pool[rows]
        ids = self.first_id + self.taken + np.arange(count)
        self.taken += count
        return Transactions(
            ids=ids,
            customers=chosen.customers,
            terminals=chosen.terminals,
            amounts=chosen.amounts,
            times=chosen.times + laps * LAP,
            scenarios=chosen.scenarios,
        )

    def _skipped(self) -> int:
        lap, rest = divmod(max(self.after - END_OF_HISTORY, 0), LAP)
        inside = np.searchsorted(self.pool.times, END_OF_HISTORY + rest, side="right")
        return int(lap * len(self.pool) + inside)


def unused_id() -> int:
    """Beyond every id that was used before now, whoever used it: microseconds since the epoch."""
    return time.time_ns() // 1000


def pool(folder: Path = CACHE / "load") -> Transactions:
    """Seven weeks from the end of the history on; drawing them takes half a minute, once."""
    sources = sorted(Path(str(simulator.__file__)).parent.glob("*.py"))
    source = hashlib.sha256(b"".join(file.read_bytes() for file in sources))
    kept = folder / f"{source.hexdigest()[:16]}.npz"
    names = [column.name for column in fields(Transactions)]
    if not kept.exists():
        drawn = simulator.simulate().history(TEST_DAY + DAYS, DAYS)
        folder.mkdir(parents=True, exist_ok=True)
        partial = kept.with_suffix(f".{unused_id()}.npz")
        np.savez(partial, **{name: getattr(drawn, name) for name in names})
        partial.rename(kept)
    with np.load(kept) as columns:
        return Transactions(*(columns[name] for name in names))
