"""The model behind BentoML: `bentoml serve`, one worker."""

import bentoml
import numpy as np

from tests.load.peers.model import opened, scores


@bentoml.service(workers=1, metrics={"enabled": False}, logging={"access": {"enabled": False}})
class Fraud:
    """Rows in, scores out."""

    def __init__(self) -> None:
        self._session = opened()

    @bentoml.api  # type: ignore[untyped-decorator]
    async def score(self, rows: list[list[float]]) -> list[float]:
        """On the loop's own thread: the model takes microseconds, a pool of threads more."""
        found: list[float] = scores(self._session, np.array(rows)).tolist()
        return found
