"""The parameters, chosen by the mean average precision over the validation folds.

    python -m app.training.search

writes every trial to search.json, which training reads. The test week is never touched: this module
asks the data set for the validation folds and for nothing else.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from app.domain.simulator import simulate
from app.training.booster import SEED, Parameters, fit, scores
from app.training.metrics import average_precision
from app.training.protocol import VALIDATION, Dataset, Part

RESULT = Path(__file__).with_name("search.json")
TRIALS = 30
TREES = (50, 100, 200, 400)
"""A model of 400 trees holds the smaller ones."""
SPACE: dict[str, tuple[float, ...]] = {
    "learning_rate": (0.03, 0.05, 0.1),
    "max_depth": (2, 3, 4, 5),
    "min_child_samples": (5, 20, 50),
    "lambda_l1": (0, 1),
    "lambda_l2": (1, 5, 20),
    "feature_fraction": (0.5, 0.7, 1.0),
    "bagging_fraction": (0.7, 1.0),
    "max_bin": (1023, 4095, 16383),
}


def candidates(count: int = TRIALS) -> Iterator[Parameters]:
    """Random points of the space, always the same ones."""
    random = np.random.default_rng(SEED)
    for _ in range(count):
        drawn: dict[str, Any] = {
            name: random.choice(np.array(values)).item() for name, values in SPACE.items()
        }
        yield Parameters(trees=max(TREES), **drawn)


def trial(folds: list[tuple[Part, Part]], candidate: Parameters) -> list[dict[str, Any]]:
    """Average precision per fold, for each number of trees."""
    found: dict[int, list[float]] = {trees: [] for trees in TREES}
    for train, test in folds:
        booster = fit(train, candidate)
        for trees, precisions in found.items():
            given = scores(booster, test.rows, trees)
            precisions.append(round(average_precision(test.frauds, given), 6))
    return [
        {"ap": fmean(precisions), "folds": precisions, **asdict(replace(candidate, trees=trees))}
        for trees, precisions in found.items()
    ]


def chosen(result: Path = RESULT) -> Parameters:
    """What the search found best."""
    best = max(json.loads(result.read_text(encoding="utf-8"))["trials"], key=lambda it: it["ap"])
    return Parameters(**{name: best[name] for name in Parameters.__slots__})


def main() -> None:
    """Try all candidates and keep the record."""
    dataset = Dataset.of(simulate())
    folds = [dataset.split(fold) for fold in VALIDATION]
    trials: list[dict[str, Any]] = []
    for number, candidate in enumerate(candidates(), 1):
        trials += trial(folds, candidate)
        best = max(trials, key=lambda it: it["ap"])
        print(f"{number:3} of {TRIALS}  best validation AP {best['ap']:.4f}", flush=True)
    lines = ",\n".join(json.dumps(one) for one in sorted(trials, key=lambda it: -it["ap"]))
    RESULT.write_text(f'{{"trials": [\n{lines}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
