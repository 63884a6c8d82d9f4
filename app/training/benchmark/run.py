"""Models on the test folds: with the parameters that the sealed trials choose, and as printed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from app.domain.transactions import Floats
from app.training.benchmark.baselines import BY_NAME
from app.training.benchmark.published import PUBLISHED
from app.training.booster import Parameters, fit, scores
from app.training.metrics import Quality, daily_precision, quality
from app.training.protocol import TESTS, Dataset, Part
from app.training.selection import CHAMPION, METRICS, Metric, Selection


class Scored(NamedTuple):
    """A test week with a model's scores."""

    test: Part
    scores: Floats
    quality: Quality

    @classmethod
    def of(cls, test: Part, given: Floats) -> "Scored":
        """With its figures."""
        return cls(test, given, quality(test.payments, given))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One figure of one model, over the test folds."""

    data: str
    model: str
    metric: Metric
    mean: float
    std: float
    """Of the population, as printed."""
    folds: tuple[float, ...]
    parameters: Mapping[str, Any]
    printed: float | None = None
    printed_parameters: Mapping[str, Any] | None = None
    as_printed: float | None = None
    """Our mean at the printed parameters."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the drawings need of one model, at the parameters that its AP chose."""

    first: Scored
    """Of the first test week."""
    daily: list[float]
    """CP@100 of every day of every test week."""


class Bench:
    """One data set, all of whose days are open, and every model scored on it at most once."""

    def __init__(self, data: str, dataset: Dataset, selection: Selection) -> None:
        self.data = data
        self._dataset = dataset
        self._selection = selection
        self._scored: dict[str, list[Scored]] = {}

    def settings(self, model: str, *, with_printed: bool) -> list[dict[str, Any]]:
        """With which parameters a model is trained, each once."""
        chosen = [self._chosen(model, metric) for metric in METRICS]
        known = PUBLISHED.get(model, {}) if with_printed else {}
        printed = [one.parameters for one in known.values()]
        return list({_key(model, one): one for one in chosen + printed}.values())

    def score(self, model: str, parameters: Mapping[str, Any]) -> Iterator[None]:
        """Train and score on one test fold after the other."""
        found = self._scored[_key(model, parameters)] = []
        for fold in TESTS:
            if model == CHAMPION:
                settings = Parameters(**parameters)
                train, test = self._dataset.split(fold, settings.weeks)
                given = scores(fit(train, settings), test.rows)
            else:
                train, test = self._dataset.split(fold)
                given = BY_NAME[model].scores(train, test.rows, dict(parameters))
            found.append(Scored.of(test, given))
            yield

    def cells(self, model: str, *, with_printed: bool) -> list[Cell]:
        """The model's three figures, once it is scored."""
        return [self._cell(model, metric, with_printed=with_printed) for metric in METRICS]

    def drawn(self, model: str) -> Drawn:
        """For the drawings."""
        every = self._scored[_key(model, self._chosen(model, "ap"))]
        daily = [day for one in every for day in daily_precision(one.test.payments, one.scores)]
        return Drawn(every[0], daily)

    def _cell(self, model: str, metric: Metric, *, with_printed: bool) -> Cell:
        parameters = self._chosen(model, metric)
        folds = self._figures(model, parameters, metric)
        cell = Cell(
            data=self.data,
            model=model,
            metric=metric,
            mean=round(float(np.mean(folds)), 6),
            std=round(float(np.std(folds)), 6),
            folds=tuple(round(figure, 6) for figure in folds),
            parameters=parameters,
        )
        printed = PUBLISHED.get(model, {}).get(metric) if with_printed else None
        if printed is None:
            return cell
        again = self._figures(model, printed.parameters, metric)
        return replace(
            cell,
            printed=printed.mean,
            printed_parameters=printed.parameters,
            as_printed=round(float(np.mean(again)), 6),
        )

    def _figures(self, model: str, parameters: Mapping[str, Any], metric: Metric) -> list[float]:
        scored: Sequence[Scored] = self._scored[_key(model, parameters)]
        return [getattr(one.quality, metric) for one in scored]

    def _chosen(self, model: str, metric: Metric) -> dict[str, Any]:
        if model == CHAMPION:
            return asdict(self._selection.champion)
        if not self._selection.tried(model):
            return dict(PUBLISHED[model][metric].parameters)  # the handbook's own choice
        return dict(self._selection.best(model, metric).parameters)


def _key(model: str, parameters: Mapping[str, Any]) -> str:
    return f"{model} {sorted(parameters.items())}"
