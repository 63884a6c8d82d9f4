"""The benchmark's table: its models and ours, on its test weeks, beside its printed figures.

    make benchmark [ARGS="--seeds 0 1 2 --customers 5000 --start 2018-04-01 --models champion"]

Parameters are those that the sealed selection chose on validation weeks (`make search`). Data of
another seed, size or start have no printed figures; they are judged with the same parameters.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import numpy as np

from app.domain.simulator import simulate
from app.domain.world import World
from app.progress import Progress
from app.training.benchmark.baselines import BY_NAME
from app.training.benchmark.run import Bench, Cell, Drawn
from app.training.benchmark.speed import microseconds
from app.training.benchmark.table import text
from app.training.protocol import TESTS
from app.training.selection import CHAMPION, Selection

MODELS = (*BY_NAME, CHAMPION)
ELSEWHERE = ("logistic regression", "xgboost", CHAMPION)
"""What is trained on data without printed figures, unless models are asked for."""
BUILD = Path("build/benchmark")


@dataclass(frozen=True, slots=True)
class Asked:
    """One data set and the models to be judged on it."""

    world: World
    models: Sequence[str]

    @property
    def published(self) -> bool:
        """Whether the handbook printed figures of it."""
        return self.world == World()

    @property
    def name(self) -> str:
        """How the table calls it."""
        if self.published:
            return "published"
        ordinary, parts = World(), [f"seed {self.world.seed}"]
        if self.world.customers != ordinary.customers:
            parts.append(f"{self.world.customers} customers")
        if self.world.start != ordinary.start:
            parts.append(f"from {datetime.fromtimestamp(self.world.start, UTC):%Y-%m-%d}")
        return ", ".join(parts)


def main(arguments: Sequence[str] | None = None) -> None:
    """Score, print, draw, and keep the figures."""
    asked, folder = _asked(arguments)
    selection = Selection.read()
    cells: list[Cell] = []
    drawings: dict[str, Drawn] = {}
    for one in asked:
        print(f"{one.name}: simulating", flush=True)
        bench = Bench(one.name, selection.open_tests(simulate(one.world)), selection)
        _score(bench, one)
        for model in one.models:
            cells += bench.cells(model, with_printed=one.published)
            if one is asked[0]:
                drawings[model] = bench.drawn(model)
    print(text(cells))
    _keep(folder, selection, cells, drawings)


def _score(bench: Bench, asked: Asked) -> None:
    settings = [
        (model, one)
        for model in asked.models
        for one in bench.settings(model, with_printed=asked.published)
    ]
    progress = Progress("folds", len(settings) * len(TESTS))
    for model, parameters in settings:
        for _ in bench.score(model, parameters):
            progress.add(1)


def _keep(
    folder: Path, selection: Selection, cells: list[Cell], drawings: dict[str, Drawn]
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    drawn = _drawn(drawings, folder)
    results: dict[str, Any] = {
        "seal": selection.seal,
        "microseconds_per_payment": microseconds(),
        "cells": [asdict(cell) for cell in cells],
    }
    path = folder / "results.json"
    path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print("written:", *(str(one) for one in (path, *drawn)))


def _drawn(drawings: dict[str, Drawn], folder: Path) -> list[Path]:
    from app.training.benchmark.draw import draw  # noqa: PLC0415 (brings matplotlib)

    return draw(drawings, folder)


def _asked(arguments: Sequence[str] | None) -> tuple[list[Asked], Path]:
    ordinary = World()
    parser = argparse.ArgumentParser(prog="make benchmark", description=__doc__)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--customers", type=int, default=ordinary.customers)
    parser.add_argument("--start", type=date.fromisoformat, help="the first day, as 2018-04-01")
    parser.add_argument("--models", nargs="+", choices=MODELS)
    parser.add_argument("--into", type=Path, default=BUILD)
    given = parser.parse_args(arguments)
    start = ordinary.start
    if given.start:
        start = int(datetime.combine(given.start, time(), UTC).timestamp())
    worlds = [
        World(seed=seed, customers=given.customers, start=start)
        for seed in np.unique(given.seeds).tolist()
    ]
    asked = [
        Asked(world, given.models or (MODELS if world == ordinary else ELSEWHERE))
        for world in worlds
    ]
    return asked, given.into


if __name__ == "__main__":
    main()
