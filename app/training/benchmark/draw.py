"""ROC, precision-recall and daily card precision as SVG: the same data, the same bytes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from sklearn.metrics import precision_recall_curve, roc_curve

from app.training.benchmark.run import Drawn

mpl.use("svg")
mpl.rcParams["svg.hashsalt"] = "bulwark"
mpl.rcParams["path.simplify_threshold"] = 0.5

from matplotlib import pyplot as plt  # noqa: E402 (after the backend is chosen)

_POINTS = 2000
"""Of a curve: more can not be seen."""


def draw(models: Mapping[str, Drawn], folder: Path) -> list[Path]:
    """Three files: `roc.svg` and `pr.svg` of the first test week, `cp100.svg` of every day."""
    return [_roc(models, folder), _precision_recall(models, folder), _daily(models, folder)]


def _roc(models: Mapping[str, Drawn], folder: Path) -> Path:
    figure, axes = _axes("False positive rate", "True positive rate (recall)")
    for name, one in models.items():
        wrong, right, _ = roc_curve(one.first.test.frauds, one.first.scores)
        axes.plot(*_thinned(wrong, right), label=name, linewidth=1)
    axes.plot([0, 1], [0, 1], color="grey", linestyle=":", linewidth=1)
    return _saved(figure, axes, folder / "roc.svg", "lower right")


def _precision_recall(models: Mapping[str, Drawn], folder: Path) -> Path:
    figure, axes = _axes("Recall", "Precision")
    for name, one in models.items():
        precision, recall, _ = precision_recall_curve(one.first.test.frauds, one.first.scores)
        axes.step(*_thinned(recall, precision), where="post", label=name, linewidth=1)
    return _saved(figure, axes, folder / "pr.svg", "lower left")


def _daily(models: Mapping[str, Drawn], folder: Path) -> Path:
    figure, axes = _axes("Day of the four test weeks", "Card precision at 100")
    for name, one in models.items():
        axes.plot(range(1, len(one.daily) + 1), one.daily, label=name, linewidth=1, marker=".")
    return _saved(figure, axes, folder / "cp100.svg", "upper right")


def _axes(across: str, up: str) -> tuple[Any, Any]:
    figure, axes = plt.subplots(figsize=(7, 5))
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.grid(alpha=0.3)
    return figure, axes


def _thinned(across: Any, up: Any) -> tuple[Any, Any]:
    """Evenly spaced points of a curve, its ends included."""
    some = np.unique(np.linspace(0, len(across) - 1, _POINTS).astype(int))
    return (across, up) if len(across) <= _POINTS else (across[some], up[some])


def _saved(figure: Any, axes: Any, path: Path, where: str) -> Path:
    axes.legend(loc=where, fontsize="small")
    figure.savefig(path, metadata={"Date": None}, bbox_inches="tight")
    plt.close(figure)
    return path
