"""The benchmark's models: on its fifteen features, scaled, with the grids that it searched.

XGBoost is set to what it did when the figures were printed: today's histograms of 256 bins blur the
limit on amounts that is a kind of fraud, and today's first guess is the share of frauds.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from app.domain.features import FEATURES
from app.domain.transactions import Floats
from app.domain.windows import SPANS
from app.training.protocol import Part

HANDBOOK: tuple[str, ...] = (
    *("amount", "weekend", "night"),
    *(f"{of}_{days}d" for of in ("customer_count", "customer_mean") for days in SPANS),
    *(f"{of}_{days}d" for of in ("terminal_count", "terminal_risk") for days in SPANS),
)
"""The benchmark's features. Ours are these and more."""

_COLUMNS = [FEATURES.index(name) for name in HANDBOOK]
_SEED = 0


@dataclass(frozen=True, slots=True)
class Baseline:
    """A kind of model, and which of its parameters are tried."""

    name: str
    make: Callable[..., Any]
    grid: dict[str, tuple[float, ...]]

    def settings(self) -> Iterator[dict[str, float]]:
        """All points of the grid."""
        for values in product(*self.grid.values()):
            yield dict(zip(self.grid, values, strict=True))

    def scores(self, train: Part, rows: Floats, parameters: dict[str, Any]) -> Floats:
        """Fraud probabilities of some rows, learned from these payments."""
        pipeline = make_pipeline(StandardScaler(), self.make(**parameters))
        pipeline.fit(train.rows[:, _COLUMNS], train.frauds.astype(np.int64))
        probabilities: Floats = pipeline.predict_proba(rows[:, _COLUMNS])[:, 1].astype(np.float64)
        return probabilities


def _tree(**chosen: Any) -> DecisionTreeClassifier:
    return DecisionTreeClassifier(random_state=_SEED, **chosen)


def _logistic(**chosen: Any) -> LogisticRegression:
    return LogisticRegression(random_state=_SEED, **chosen)


def _forest(**chosen: Any) -> RandomForestClassifier:
    return RandomForestClassifier(random_state=_SEED, n_jobs=1, **chosen)


def _xgboost(**chosen: Any) -> Any:
    from xgboost import XGBClassifier  # noqa: PLC0415 (only the benchmark's environment has it)

    return XGBClassifier(
        random_state=_SEED, n_jobs=1, tree_method="exact", base_score=0.5, **chosen
    )


def _balanced(**chosen: Any) -> Any:
    from imblearn.ensemble import BalancedBaggingClassifier  # noqa: PLC0415 (likewise)

    return BalancedBaggingClassifier(
        estimator=_tree(max_depth=20), n_estimators=100, random_state=_SEED, n_jobs=1, **chosen
    )


BASELINES: tuple[Baseline, ...] = (
    Baseline("logistic regression", _logistic, {"C": (0.1, 1, 10, 100)}),
    Baseline("decision tree", _tree, {"max_depth": (2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 50)}),
    Baseline(
        "random forest", _forest, {"max_depth": (5, 10, 20, 50), "n_estimators": (25, 50, 100)}
    ),
    Baseline(
        "xgboost",
        _xgboost,
        {"max_depth": (3, 6, 9), "n_estimators": (25, 50, 100), "learning_rate": (0.1, 0.3)},
    ),
    Baseline("balanced bagging", _balanced, {"sampling_strategy": (0.02, 0.05, 0.1, 0.5, 1.0)}),
)
BY_NAME = {one.name: one for one in BASELINES}
