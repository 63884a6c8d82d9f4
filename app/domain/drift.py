"""How far payments have moved away from those that a model was trained on.

The population stability index (PSI) compares shares per bin: sum of (now - then) ln(now / then).
The bins are the training data's and travel in the model's card.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from app.domain.features import FEATURES
from app.domain.transactions import Floats

SCORE: Final = "score"
"""The name under which the score's own distribution is kept beside the features'."""
SHIFTED: Final = 0.1
"""From here on a distribution is worth a look; below, it is stable."""
DRIFTED: Final = 0.25
"""From here on the model answers questions that it was not trained on."""
FEWEST: Final = 1000
"""Payments from which on shares of ten bins say more about the world than about chance."""

_BINS = 10
_FEW_VALUES = 10
_SMALLEST_SHARE = 1e-4
"""Stands for an empty bin, whose logarithm would be infinite."""

Reference = Mapping[str, Mapping[str, list[float]]]
"""By name: the upper `edges` of all bins but the last, and the training data's `shares`."""


def reference(rows: Floats, scores: Floats) -> dict[str, dict[str, list[float]]]:
    """What later payments are held against: bins and shares of each feature and of the score.

    `rows` (n, features) and `scores` (n,) are the training data's; n is at least 1.
    """
    columns = dict(zip(FEATURES, rows.T, strict=True)) | {SCORE: scores}
    found = {}
    for name, values in columns.items():
        edges = _edges(values)
        found[name] = {"edges": edges.tolist(), "shares": _shares(values, edges).tolist()}
    return found


def drift(known: Reference, rows: Floats, scores: Floats) -> dict[str, float]:
    """The PSI of each feature and of the score. Nothing of too few payments to tell."""
    if len(rows) < FEWEST:
        return {}
    columns: dict[str, Any] = dict(zip(FEATURES, rows.T, strict=True)) | {SCORE: scores}
    return {
        name: psi(np.array(bins["shares"]), _shares(columns[name], np.array(bins["edges"])))
        for name, bins in known.items()
        if name in columns
    }


def psi(then: Floats, now: Floats) -> float:
    """The index of two lists of shares, bin by bin. 0 where they are alike."""
    before, after = np.maximum(then, _SMALLEST_SHARE), np.maximum(now, _SMALLEST_SHARE)
    return float(((after - before) * np.log(after / before)).sum())


def _edges(values: Floats) -> Floats:
    """Upper edges, the bin's own. What has few values gets a bin for each, and one on either side.

    So a feature that was constant in training drifts as soon as it is anything else.
    """
    distinct = np.unique(values)
    if len(distinct) <= _FEW_VALUES:
        below: Floats = np.nextafter(distinct[:1], -np.inf)
        return np.concatenate((below, distinct))
    return np.unique(np.quantile(values, np.arange(1, _BINS) / _BINS))


def _shares(values: Floats, edges: Floats) -> Floats:
    places = np.searchsorted(edges, values, side="left")
    counts: Floats = np.bincount(places, minlength=len(edges) + 1) / max(len(values), 1)
    return counts
