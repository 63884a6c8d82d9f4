"""How well scores rank the frauds above the rest, with weights, so that chance can be drawn.

The benchmark's figures (`app.training.metrics`) come from scikit-learn, which the service's image
does not hold; these are the same to the last digit that counts (see their test).
"""

from typing import Self

import numpy as np

from app.domain.transactions import DAY, Flags, Floats, Ints

ALERTS_PER_DAY = 100


class Ranking:
    """Scores in their order, sorted once: each figure is then a few sums.

    `frauds` (n,) has both kinds; `scores` (n,). Equal scores share a place.
    """

    def __init__(self, frauds: Flags, scores: Floats) -> None:
        if frauds.all() or not frauds.any():
            raise ValueError(f"{int(frauds.sum())} of {len(frauds)} are frauds: need both kinds")
        self._order = np.argsort(-scores, kind="stable")
        ranked = scores[self._order]
        self._ends = np.flatnonzero(np.append(ranked[1:] < ranked[:-1], [True]))
        self._frauds = frauds[self._order]

    def figures(self, weights: Floats | None = None) -> tuple[float, float]:
        """AUC ROC and average precision, each payment counted as often as its weight says."""
        given = np.ones(len(self._frauds)) if weights is None else weights[self._order]
        hits = np.cumsum(given * self._frauds)[self._ends]
        misses = np.cumsum(given * ~self._frauds)[self._ends]
        rises = np.diff(hits, prepend=0)
        precision = hits / np.maximum(hits + misses, 1e-12)
        ap = float((rises * precision).sum() / hits[-1])
        steps = np.diff(misses, prepend=0)
        auc = float((steps * (hits - rises / 2)).sum() / (hits[-1] * misses[-1]))
        return auc, ap


class DailyAlerts:
    """The card precision of each day: who of the day's most suspicious cards was compromised."""

    def __init__(self, precisions: Floats) -> None:
        self.precisions = precisions

    @classmethod
    def of(
        cls, times: Ints, cards: Ints, frauds: Flags, scores: Floats, alerts: int = ALERTS_PER_DAY
    ) -> Self:
        """A card found compromised is blocked: it is not looked at again on later days."""
        days = times // DAY
        blocked = np.empty(0, np.int64)
        found = []
        for day in np.unique(days):
            today = (days == day) & ~np.isin(cards, blocked)
            hits = _compromised_on_top(cards[today], frauds[today], scores[today], alerts)
            found.append(len(hits) / alerts)
            blocked = np.concatenate((blocked, hits))
        return cls(np.array(found))

    @property
    def mean(self) -> float:
        """Over the days."""
        return float(self.precisions.mean())


def _compromised_on_top(cards: Ints, frauds: Flags, scores: Floats, alerts: int) -> Ints:
    known, owner = np.unique(cards, return_inverse=True)
    highest = np.full(len(known), -np.inf)
    compromised = np.zeros(len(known), np.bool_)
    np.maximum.at(highest, owner, scores)
    np.logical_or.at(compromised, owner, frauds)
    top = np.argsort(-highest, kind="stable")[:alerts]
    found: Ints = known[top][compromised[top]]
    return found
