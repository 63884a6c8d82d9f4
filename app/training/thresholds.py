"""Where a score becomes a review or a refusal, chosen on the validation weeks alone."""

import numpy as np

from app.domain.scoring import Thresholds
from app.domain.transactions import Flags, Floats

ALERTS_PER_DAY = 100
"""Payments that analysts can look at in a day; refused ones are among them."""
PRECISION = 0.95
"""At least this share of the refused payments are frauds."""

HOW = (
    f"on the pooled scores of the validation test weeks: review lets {ALERTS_PER_DAY} payments a"
    f" day through to analysts, decline is the lowest score from which on {PRECISION:.0%} are fraud"
)


def choose(scores: Floats, frauds: Flags, days: int) -> Thresholds:
    """Thresholds from scores of known payments, none of which trained the model that gave them."""
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    precision = np.cumsum(frauds[order]) / np.arange(1, len(ranked) + 1)
    ends = np.append(ranked[1:] < ranked[:-1], [True])  # equal scores are decided alike
    precise = np.flatnonzero(ends & (precision >= PRECISION))
    if not len(precise):
        raise ValueError(f"no score refuses with a precision of {PRECISION:.0%}: a better model?")
    decline = float(ranked[precise[-1]])
    review = float(ranked[min(ALERTS_PER_DAY * days, len(ranked)) - 1])
    return Thresholds(review=min(review, decline), decline=decline)
