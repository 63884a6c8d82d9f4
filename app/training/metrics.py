"""How good a ranking of payments is, in the benchmark's three figures."""

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from app.domain.transactions import DAY, Flags, Floats, Ints, Transactions

ALERTS_PER_DAY = 100
"""Cards that the benchmark's analysts can look at in a day."""


@dataclass(frozen=True, slots=True)
class Quality:
    """AUC ROC, average precision, and the share of truly compromised among a day's 100 cards."""

    auc: float
    ap: float
    cp100: float


def quality(payments: Transactions, scores: Floats) -> Quality:
    """All three, of scores given to these payments."""
    return Quality(
        auc=auc(payments.frauds, scores),
        ap=average_precision(payments.frauds, scores),
        cp100=card_precision(payments, scores),
    )


def auc(frauds: Flags, scores: Floats) -> float:
    """Area under the ROC curve."""
    return float(roc_auc_score(frauds, scores))


def average_precision(frauds: Flags, scores: Floats) -> float:
    """Area under the precision-recall curve, as a step function."""
    return float(average_precision_score(frauds, scores))


def card_precision(payments: Transactions, scores: Floats, alerts: int = ALERTS_PER_DAY) -> float:
    """Mean over days of `daily_precision`."""
    return float(np.mean(daily_precision(payments, scores, alerts)))


def daily_precision(
    payments: Transactions, scores: Floats, alerts: int = ALERTS_PER_DAY
) -> list[float]:
    """Each day's compromised share of the `alerts` cards with the highest scores.

    A card found compromised is blocked: it is not looked at again on later days.
    """
    days = payments.times // DAY
    blocked = np.empty(0, np.int64)
    daily = []
    for day in np.unique(days):
        today = (days == day) & ~np.isin(payments.customers, blocked)
        found = _compromised_on_top(payments[today], scores[today], alerts)
        daily.append(len(found) / alerts)
        blocked = np.concatenate((blocked, found))
    return daily


def _compromised_on_top(payments: Transactions, scores: Floats, alerts: int) -> Ints:
    """The compromised among the cards whose highest score of the day is among the top ones."""
    cards, owner = np.unique(payments.customers, return_inverse=True)
    highest = np.full(len(cards), -np.inf)
    compromised = np.zeros(len(cards), np.bool_)
    np.maximum.at(highest, owner, scores)
    np.logical_or.at(compromised, owner, payments.frauds)
    top = np.argsort(-highest, kind="stable")[:alerts]
    found: Ints = cards[top][compromised[top]]
    return found
