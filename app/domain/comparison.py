"""A champion and its challenger on the same payments: how they agree, and who ranks better."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np

from app.domain.ranking import DailyAlerts, Ranking
from app.domain.scoring import Outcome, Thresholds
from app.domain.transactions import Flags, Floats, Ints

ENOUGH_PAYMENTS: Final = 1_000
ENOUGH_FRAUDS: Final = 50
MARGIN: Final = 0.01
"""How much average precision may be lost to chance before a challenger counts as worse."""
MORE_WORK: Final = 0.25
"""How much the share of payments that are stopped may change without a person having a look."""

_DRAWS: Final = 100
_SEED: Final = 0
_PERCENTILES: Final = (5, 25, 50, 75, 95, 99)


class Advice(StrEnum):
    """What to do with the challenger."""

    PROMOTE = "promote"
    REJECT = "reject"
    WAIT = "wait"


RULES: Final = (
    f"wait below {ENOUGH_PAYMENTS} payments or {ENOUGH_FRAUDS} known frauds; reject if the"
    f" challenger's average precision is lower by all of the 95 % interval; wait if the interval"
    f" reaches below -{MARGIN} or if it stops {MORE_WORK:.0%} more or fewer payments; else promote"
)


@dataclass(frozen=True, slots=True, eq=False)
class Duel:
    """Payments with the scores of both, as equally long columns in order of time."""

    times: Ints
    cards: Ints
    champion: Floats
    challenger: Floats
    frauds: Flags
    labelled: Flags
    """Which labels count."""


def report(duel: Duel, limits: Mapping[str, Thresholds]) -> dict[str, Any]:
    """The whole comparison, as JSON holds it. `limits` by "champion" and "challenger"."""
    scores = {"champion": duel.champion, "challenger": duel.challenger}
    quality = _quality(duel)
    moves = _moves(scores, limits) if len(duel.times) else {}
    advice, because = _advice(len(duel.times), quality, moves)
    return {
        "payments": len(duel.times),
        "outcomes": moves,
        "scores": {name: _spread(given) for name, given in scores.items()},
        "labelled": quality,
        "advice": advice,
        "because": because,
        "rules": RULES,
    }


def _moves(scores: Mapping[str, Floats], limits: Mapping[str, Thresholds]) -> dict[str, Any]:
    """From which outcome to which, in payments, and how many stay."""
    places = {name: _places(given, limits[name]) for name, given in scores.items()}
    names = list(Outcome)
    table = np.zeros((len(names), len(names)), np.int64)
    np.add.at(table, (places["champion"], places["challenger"]), 1)
    total = int(table.sum())
    return {
        "agreement": float(np.trace(table) / total),
        "moved": {
            f"{names[was]} to {names[would]}": int(table[was, would])
            for was, would in zip(*np.nonzero(table), strict=True)
            if was != would
        },
        "stopped": {
            "champion": float(1 - table[0].sum() / total),
            "challenger": float(1 - table[:, 0].sum() / total),
        },
        "largest_difference": float(np.abs(scores["champion"] - scores["challenger"]).max()),
    }


def _places(scores: Floats, limits: Thresholds) -> Ints:
    """0 approve, 1 review, 2 decline: as `Outcome` lists them."""
    places: Ints = np.searchsorted([limits.review, limits.decline], scores, side="right")
    return places


def _spread(scores: Floats) -> dict[str, float]:
    if not len(scores):
        return {}
    found = np.percentile(scores, _PERCENTILES).tolist()
    spread = {f"p{name}": value for name, value in zip(_PERCENTILES, found, strict=True)}
    return spread | {"mean": float(scores.mean())}


def _quality(duel: Duel) -> dict[str, Any]:
    """AUC, AP and CP@100 of both where labels are known, and what chance makes of the difference.

    Payments are drawn again with Poisson weights, the same ones for both; of CP@100 whole days are.
    """
    frauds = duel.frauds[duel.labelled]
    size: dict[str, Any] = {"payments": len(frauds), "frauds": int(frauds.sum())}
    if not 0 < size["frauds"] < size["payments"]:
        return size
    scores = [given[duel.labelled] for given in (duel.champion, duel.challenger)]
    rankings = [Ranking(frauds, given) for given in scores]
    when = duel.times[duel.labelled], duel.cards[duel.labelled]
    daily = [DailyAlerts.of(*when, frauds, given).precisions for given in scores]
    point = np.array([ranking.figures() for ranking in rankings])
    random = np.random.default_rng(_SEED)
    drawn = np.empty((_DRAWS, 2, 3))
    for draw in range(_DRAWS):
        # A little more than nothing: no draw is without frauds.
        weights = random.poisson(1, len(frauds)).astype(np.float64) + 1e-9
        days = random.integers(0, len(daily[0]), len(daily[0]))
        for one in range(2):
            drawn[draw, one, :2] = rankings[one].figures(weights)
            drawn[draw, one, 2] = daily[one][days].mean()
    point = np.column_stack((point, [days.mean() for days in daily]))
    names = ("auc", "ap", "cp100")
    return size | {name: _figure(point[:, n], drawn[:, :, n]) for n, name in enumerate(names)}


def _figure(point: Floats, drawn: Floats) -> dict[str, Any]:
    return {
        "champion": float(point[0]),
        "challenger": float(point[1]),
        "difference": float(point[1] - point[0]),
        "interval_95": np.percentile(drawn[:, 1] - drawn[:, 0], (2.5, 97.5)).tolist(),
    }


def _advice(
    payments: int, quality: Mapping[str, Any], moves: Mapping[str, Any]
) -> tuple[Advice, str]:
    """By `RULES`, the first that applies."""
    frauds = quality["frauds"]
    if payments < ENOUGH_PAYMENTS or frauds < ENOUGH_FRAUDS or "ap" not in quality:
        return Advice.WAIT, f"{payments} payments and {frauds} known frauds are too few"
    low, high = quality["ap"]["interval_95"]
    between = f"average precision changes by {low:+.4f} to {high:+.4f}"
    if high < 0:
        return Advice.REJECT, between
    if low < -MARGIN:
        return Advice.WAIT, f"{between}, which may be more than {MARGIN} worse"
    was, would = moves["stopped"]["champion"], moves["stopped"]["challenger"]
    if abs(would - was) > MORE_WORK * was:
        return Advice.WAIT, f"it stops {would:.2%} of the payments, the champion {was:.2%}"
    return Advice.PROMOTE, between
