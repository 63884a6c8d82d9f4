"""Optuna's search, so set that it asks for the same points every time."""

import optuna

from app.training.booster import SEED
from app.training.search import FIRST, Study


class Seeded(Study):
    """A tree-structured Parzen estimator that gives up what does worse than the median."""

    def __init__(self) -> None:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._study = optuna.create_study(
            direction="maximize",
            sampler=optuna.samplers.TPESampler(seed=SEED, n_startup_trials=10, multivariate=True),
            pruner=optuna.pruners.MedianPruner(n_startup_trials=5),
        )
        self._study.enqueue_trial(FIRST)

    def ask(self) -> optuna.Trial:
        """See `Study`."""
        return self._study.ask()

    def tell(self, trial: optuna.Trial, values: float | None = None) -> None:
        """See `Study`."""
        pruned = optuna.trial.TrialState.PRUNED if values is None else None
        self._study.tell(trial, values, state=pruned)
