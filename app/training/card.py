"""The card beside a model: all that is needed to judge it, and to make it again."""

import hashlib
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

import numpy as np

from app.domain.drift import reference
from app.domain.features import FEATURES
from app.domain.scoring import Thresholds
from app.domain.transactions import Flags, Floats
from app.training import thresholds as choice
from app.training.booster import SEED, Parameters
from app.training.metrics import Quality
from app.training.protocol import TEST, VALIDATION, Fold, Part

_TOOLS = ("lightgbm", "numpy", "onnx", "scikit-learn")


def card(
    *,
    name: str,
    model: bytes,
    parameters: Parameters,
    train: Part,
    train_scores: Floats,
    test: Part,
    test_scores: Floats,
    qualities: dict[str, Quality],
    thresholds: Thresholds,
) -> dict[str, Any]:
    """The whole card. Nothing in it depends on when or where it is made."""
    return {
        "version": name,
        "kind": "gradient-boosted trees (LightGBM), double precision ONNX",
        "sha256": hashlib.sha256(model).hexdigest(),
        "features": list(FEATURES),
        "baseline": dict(zip(FEATURES, np.median(train.rows, axis=0).tolist(), strict=True)),
        "reference": reference(train.rows, train_scores),
        "thresholds": {
            **asdict(thresholds),
            "how": choice.HOW,
            "on_test": _decided(thresholds, test_scores, test.frauds),
        },
        "data": {
            "source": "app.domain.simulator with its defaults: the published data set",
            "train": _size(train),
            "test": _size(test),
            "seed": SEED,
        },
        "split": {
            "first_days": "counted from 2018-04-01; a week each, a week of delay between",
            "weeks_trained_on": parameters.weeks,
            "test": _days(TEST),
            "validation": [_days(fold) for fold in VALIDATION],
            "removed_from_test": "cards known to be compromised when the payment is made",
        },
        "parameters": asdict(parameters),
        "parameters_chosen": (
            "highest sum of the mean AUC, AP and CP@100 over the validation folds:"
            " app/training/selection.json"
        ),
        "metrics": {part: asdict(quality) for part, quality in qualities.items()},
        "made_with": {tool: version(tool) for tool in _TOOLS},
    }


def _decided(thresholds: Thresholds, scores: Floats, frauds: Flags) -> dict[str, float]:
    """What the thresholds would have done in the test week."""
    found = {}
    for name, limit in asdict(thresholds).items():
        above = scores >= limit
        found[f"{name}_precision"] = float(frauds[above].mean())
        found[f"{name}_recall"] = float(above[frauds].mean())
        found[f"{name}_share"] = float(above.mean())
    return found


def _size(part: Part) -> dict[str, int]:
    return {"payments": len(part.frauds), "frauds": int(part.frauds.sum())}


def _days(fold: Fold) -> dict[str, int]:
    return {"train": fold.train, "test": fold.test}
