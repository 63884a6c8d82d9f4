"""LightGBM, so set that the same data give the same trees."""

from dataclasses import asdict, dataclass

import lightgbm
import numpy as np

from app.domain.transactions import Floats
from app.training.protocol import Part

SEED = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """What the search chooses. The names are LightGBM's, but for the first two."""

    weeks: int
    """How many it is trained on; the last one is the benchmark's."""
    trees: int
    learning_rate: float
    max_depth: int
    min_child_samples: int
    lambda_l1: float
    lambda_l2: float
    feature_fraction: float
    bagging_fraction: float
    max_bin: int


def fit(part: Part, parameters: Parameters) -> lightgbm.Booster:
    """Train on these payments."""
    chosen = asdict(parameters)
    trees, _ = chosen.pop("trees"), chosen.pop("weeks")
    settings = chosen | {
        "objective": "binary",
        "num_leaves": 2**parameters.max_depth,
        "bagging_freq": 1,
        "min_data_in_bin": 1,  # amounts in cents: wider bins blur the limit that is a fraud rule
        "seed": SEED,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbose": -1,
    }
    data = lightgbm.Dataset(part.rows, part.frauds.astype(np.float64), params=settings)
    return lightgbm.train(settings, data, num_boost_round=trees)


def scores(booster: lightgbm.Booster, rows: Floats, trees: int | None = None) -> Floats:
    """Fraud probabilities, of the whole model or of its first trees."""
    return np.asarray(booster.predict(rows, num_iteration=trees), np.float64)
