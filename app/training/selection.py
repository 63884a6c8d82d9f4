"""What was chosen on the validation folds, under a seal that is set before any test day is opened.

`selection.json` keeps every trial of every model. What is chosen follows from the trials alone, and
the seal is their digest: a choice that was changed after the fact no longer carries it.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import Any, Literal, get_args

from app.domain.simulator import Simulation
from app.training.booster import Parameters
from app.training.metrics import Quality
from app.training.protocol import Dataset

RESULT = Path(__file__).with_name("selection.json")
CHAMPION = "champion"

Metric = Literal["auc", "ap", "cp100"]
METRICS: tuple[Metric, ...] = get_args(Metric)


class SealError(Exception):
    """Why a selection can not be relied on, in one line."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One model with some parameters, and its figures on the validation folds in their order."""

    model: str
    parameters: Mapping[str, Any]
    auc: tuple[float, ...]
    ap: tuple[float, ...]
    cp100: tuple[float, ...]

    @classmethod
    def of(cls, model: str, parameters: Mapping[str, Any], folds: Sequence[Quality]) -> "Trial":
        """From what was measured."""
        columns = {name: tuple(round(getattr(one, name), 6) for one in folds) for name in METRICS}
        return cls(model, dict(parameters), **columns)

    def mean(self, metric: Metric) -> float:
        """Over the folds."""
        return fmean(getattr(self, metric))

    @property
    def score(self) -> float:
        """All three figures in one: what the champion is chosen by."""
        return sum(map(self.mean, METRICS))


@dataclass(frozen=True, slots=True)
class Selection:
    """All trials, in the order in which they were tried."""

    trials: tuple[Trial, ...]

    @classmethod
    def read(cls, path: Path = RESULT) -> "Selection":
        """The sealed selection. A broken seal is an error."""
        written = json.loads(path.read_text(encoding="utf-8"))
        found = cls(tuple(_trial(**row) for row in written["trials"]))
        if found.seal != written["seal"]:
            raise SealError(
                f"{path.name}: its trials have the digest {found.seal[:12]}…, its seal is"
                f" {written['seal'][:12]}…; choose again: make search"
            )
        return found

    @property
    def seal(self) -> str:
        """The digest of all trials."""
        return hashlib.sha256("\n".join(_line(trial) for trial in self.trials).encode()).hexdigest()

    def write(self, path: Path = RESULT) -> None:
        """Seal it: a trial per line."""
        lines = ",\n".join(_line(trial) for trial in self.trials)
        path.write_text(f'{{"seal": "{self.seal}", "trials": [\n{lines}\n]}}\n', encoding="utf-8")

    def replaced(self, model: str, trials: Sequence[Trial]) -> "Selection":
        """With new trials of one model."""
        kept = (trial for trial in self.trials if trial.model != model)
        return Selection((*kept, *trials))

    def tried(self, model: str) -> bool:
        """Whether any trial of this model is on record."""
        return any(trial.model == model for trial in self.trials)

    def best(self, model: str, metric: Metric) -> Trial:
        """By the mean of one figure, as the benchmark chooses for each of its columns."""
        return max(self._of(model), key=lambda trial: trial.mean(metric))

    @property
    def champion(self) -> Parameters:
        """By all three figures: one model serves all columns."""
        return Parameters(**max(self._of(CHAMPION), key=lambda trial: trial.score).parameters)

    def open_tests(self, simulation: Simulation) -> Dataset:
        """All days, the test's too. Only who has a sealed selection can look at them."""
        return Dataset.of(simulation)

    def _of(self, model: str) -> list[Trial]:
        """Those that were not given up before the last fold."""
        tried = [trial for trial in self.trials if trial.model == model]
        whole = max((len(trial.ap) for trial in tried), default=0)
        if not whole:
            raise SealError(f"no trial of {model!r} is on record; choose first: make search")
        return [trial for trial in tried if len(trial.ap) == whole]


def _trial(model: str, parameters: dict[str, Any], **folds: list[float]) -> Trial:
    return Trial(model, parameters, **{name: tuple(values) for name, values in folds.items()})


def _line(trial: Trial) -> str:
    return json.dumps(asdict(trial))
