"""Chooses on the validation folds: the benchmark's grids, and the champion's search.

    .venv-benchmark/bin/python -m app.training.benchmark.select [--models NAME…]

and seals every trial in selection.json. The data set ends before the first test day.
"""

import argparse
from collections.abc import Iterator, Sequence

from app.domain.simulator import simulate
from app.progress import Progress
from app.training.benchmark.baselines import BY_NAME, Baseline
from app.training.metrics import quality
from app.training.protocol import KNOWN, VALIDATION, Dataset
from app.training.search import TRIALS, search
from app.training.selection import CHAMPION, RESULT, Selection, Trial


def tried(dataset: Dataset, baseline: Baseline) -> Iterator[Trial]:
    """Every point of the grid, on every validation fold."""
    for parameters in baseline.settings():
        folds = []
        for fold in VALIDATION:
            train, test = dataset.split(fold)
            given = baseline.scores(train, test.rows, parameters)
            folds.append(quality(test.payments, given))
        yield Trial.of(baseline.name, parameters, folds)


def main(arguments: Sequence[str] | None = None) -> None:
    """Try, and seal what was found. Models that were not asked for keep their trials."""
    names = [*BY_NAME, CHAMPION]
    parser = argparse.ArgumentParser(prog="select", description=__doc__)
    parser.add_argument("--models", nargs="+", choices=names, default=names)
    asked: list[str] = parser.parse_args(arguments).models
    dataset = Dataset.of(simulate(), until=KNOWN)
    selection = Selection.read(RESULT) if RESULT.exists() else Selection(())
    for model in asked:
        selection = replaced(selection, dataset, model)
    print(f"sealed {len(selection.trials)} trials: {selection.seal}")


def replaced(selection: Selection, dataset: Dataset, model: str) -> Selection:
    """With this model's trials made anew, and kept from the first one on."""
    if model == CHAMPION:
        from app.training.benchmark.study import Seeded  # noqa: PLC0415 (brings Optuna)

        total, trials = TRIALS, search(dataset, Seeded())
    else:
        baseline = BY_NAME[model]
        total, trials = len(list(baseline.settings())), tried(dataset, baseline)
    progress, found = Progress("trials", total), []
    print(model)
    for trial in trials:
        found.append(trial)
        after = selection.replaced(model, found)
        after.write(RESULT)
        progress.add(1)
    return after


if __name__ == "__main__":
    main()
