"""Scores for rows of features that somebody else computed. Nothing is remembered or recorded."""

import asyncio
from typing import Final

import numpy as np

from app.domain.scoring import Decider, Outcome, Ratings
from app.domain.transactions import Floats
from app.line import Busy

_AT_ONCE: Final = 256
"""Rows between two moments in which payments get their turn."""
_WAITING: Final = 40_000
"""Rows. Ten thousand may take a large part of a second."""


class Rating:
    """Rates a few rows at once, and one large request's rows after the other's."""

    def __init__(self, decider: Decider) -> None:
        self._decider = decider
        self._turn = asyncio.Lock()
        self._waiting = 0

    async def rate(self, rows: Floats) -> Ratings:
        """By one and the same model. Raises `Busy` at once when too many wait."""
        if len(rows) <= _AT_ONCE:
            return self._decider.rate(rows)
        if self._waiting + len(rows) > _WAITING:
            raise Busy(f"{self._waiting} rows wait to be rated")
        self._waiting += len(rows)
        try:
            async with self._turn:
                while True:
                    parts = await self._parts(rows)
                    if len({part.model_version for part in parts}) == 1:
                        return _joined(parts)
        finally:
            self._waiting -= len(rows)

    async def _parts(self, rows: Floats) -> list[Ratings]:
        parts = []
        for start in range(0, len(rows), _AT_ONCE):
            parts.append(self._decider.rate(rows[start : start + _AT_ONCE]))
            await asyncio.sleep(0)
        return parts


def _joined(parts: list[Ratings]) -> Ratings:
    outcomes: list[Outcome] = [one for part in parts for one in part.outcomes]
    scores = np.concatenate([part.scores for part in parts])
    return Ratings(scores, outcomes, parts[0].model_version)
