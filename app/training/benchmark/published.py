"""The handbook's figures on its test folds, as printed: chapter 5, balanced bagging chapter 6.

Each column is at the parameters that its own figure chose on the validation folds.
"""

from typing import NamedTuple

from app.training.selection import Metric


class Printed(NamedTuple):
    """A mean over the test folds, and the parameters that it was printed for."""

    mean: float
    parameters: dict[str, float]


PUBLISHED: dict[str, dict[Metric, Printed]] = {
    "logistic regression": {
        "auc": Printed(0.868, {"C": 100}),
        "ap": Printed(0.623, {"C": 100}),
        "cp100": Printed(0.297, {"C": 0.1}),
    },
    "decision tree": {
        "auc": Printed(0.797, {"max_depth": 50}),
        "ap": Printed(0.579, {"max_depth": 3}),
        "cp100": Printed(0.284, {"max_depth": 5}),
    },
    "random forest": {
        "auc": Printed(0.870, {"max_depth": 20, "n_estimators": 100}),
        "ap": Printed(0.678, {"max_depth": 20, "n_estimators": 100}),
        "cp100": Printed(0.299, {"max_depth": 20, "n_estimators": 100}),
    },
    "xgboost": {
        "auc": Printed(0.869, {"max_depth": 3, "n_estimators": 100, "learning_rate": 0.3}),
        "ap": Printed(0.687, {"max_depth": 3, "n_estimators": 50, "learning_rate": 0.3}),
        "cp100": Printed(0.303, {"max_depth": 3, "n_estimators": 25, "learning_rate": 0.3}),
    },
    "balanced bagging": {
        "auc": Printed(0.879, {"sampling_strategy": 0.5}),
        "ap": Printed(0.680, {"sampling_strategy": 0.02}),
        "cp100": Printed(0.305, {"sampling_strategy": 0.1}),
    },
}

CLOSE = 0.005
"""A reproduced figure this near to the printed one needs no reason."""
BARS: dict[Metric, float] = {"auc": 0.88, "ap": 0.70, "cp100": 0.31}
"""What the champion has to reach."""
