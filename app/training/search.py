"""The champion's parameters, searched on the validation folds alone.

The data set is cut off at the first day whose label is not known when the first test day begins,
before its features are computed: it holds no test day, and asking it for one is an error.
"""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Protocol

from app.training.booster import Parameters, fit, scores
from app.training.metrics import Quality, quality
from app.training.protocol import VALIDATION, Dataset
from app.training.selection import CHAMPION, Trial

TRIALS = 30
SPACE: dict[str, tuple[float, ...]] = {
    "weeks": (2, 3, 4, 6),
    "trees": (100, 200, 300, 400),
    "learning_rate": (0.03, 0.05, 0.07, 0.1),
    "max_depth": (3, 4, 5),
    "min_child_samples": (20, 50, 100, 200),
    "lambda_l1": (0, 1, 5),
    "lambda_l2": (1, 5, 20),
    "feature_fraction": (0.5, 0.7, 1.0),
    "bagging_fraction": (0.7, 1.0),
    "max_bin": (1023, 4095),
}
"""At most 400 trees of 32 leaves: some 6 microseconds a payment on one thread."""
FIRST: dict[str, float] = {
    "weeks": 4,
    "trees": 400,
    "learning_rate": 0.05,
    "max_depth": 4,
    "min_child_samples": 50,
    "lambda_l1": 1,
    "lambda_l2": 1,
    "feature_fraction": 1.0,
    "bagging_fraction": 1.0,
    "max_bin": 4095,
}
"""Where the search starts: found by hand on the same folds."""


class Asked(Protocol):
    """A trial as Optuna's study hands it out."""

    def suggest_categorical(self, name: str, choices: Any, /) -> Any:
        """One of these."""

    def report(self, value: float, step: int) -> None:
        """How it does so far."""

    def should_prune(self) -> bool:
        """Whether others did better with as much."""


class Study(Protocol):
    """Which point to try next: Optuna's, or a test's."""

    def ask(self) -> Any:
        """An `Asked`."""

    def tell(self, trial: Any, values: float | None = None) -> Any:
        """What came of it. Nothing: it was given up."""


def search(dataset: Dataset, study: Study, trials: int = TRIALS) -> Iterator[Trial]:
    """Trial by trial, those that were given up early included."""
    for _ in range(trials):
        asked = study.ask()
        trial = judged(dataset, suggested(asked), asked)
        whole = len(trial.ap) == len(VALIDATION)
        study.tell(asked, trial.score if whole else None)
        yield trial


def suggested(trial: Asked) -> Parameters:
    """A point of the space."""
    chosen: dict[str, Any] = {
        name: trial.suggest_categorical(name, values) for name, values in SPACE.items()
    }
    return Parameters(**chosen)


def judged(dataset: Dataset, parameters: Parameters, trial: Asked) -> Trial:
    """Its figures on the validation folds, as long as there is hope."""
    folds: list[Quality] = []
    for number, fold in enumerate(VALIDATION):
        train, test = dataset.split(fold, parameters.weeks)
        folds.append(quality(test.payments, scores(fit(train, parameters), test.rows)))
        so_far = Trial.of(CHAMPION, asdict(parameters), folds)
        trial.report(so_far.score, number)
        if trial.should_prune():
            break
    return so_far
