"""Train the champion again: python -m app.training [--into FOLDER]. Same data, same bytes."""

import argparse
import json
from pathlib import Path

import numpy as np

from app.adapters.onnx_model import OnnxModel
from app.domain.simulator import simulate
from app.domain.transactions import Floats
from app.models import CHAMPION, FOLDER
from app.training import thresholds
from app.training.booster import Parameters, fit, scores
from app.training.card import card
from app.training.metrics import quality
from app.training.onnx_export import to_onnx
from app.training.protocol import TEST, VALIDATION, WEEK, Dataset, Fold, Part
from app.training.selection import Selection

PARITY = 1e-6
"""How far ONNX may differ from LightGBM: it returns single precision."""


def train(dataset: Dataset, parameters: Parameters, into: Path) -> None:
    """Fit, export, check, judge; write the model and its card."""
    held_out = [validated(dataset, fold, parameters) for fold in VALIDATION]
    pooled = np.concatenate([given for _, given in held_out])
    frauds = np.concatenate([part.frauds for part, _ in held_out])
    limits = thresholds.choose(pooled, frauds, days=WEEK * len(VALIDATION))

    learned, test = dataset.split(TEST, parameters.weeks)
    booster = fit(learned, parameters)
    model = to_onnx(booster)
    exported = OnnxModel(CHAMPION, model)
    given = exported.probabilities(test.rows)
    same_as(scores(booster, test.rows), given)

    qualities = {"test": quality(test.payments, given)}
    for fold, (part, of_part) in zip(VALIDATION, held_out, strict=True):
        qualities[f"validation_from_day_{fold.test}"] = quality(part.payments, of_part)
    written = card(
        name=CHAMPION,
        model=model,
        parameters=parameters,
        train=learned,
        train_scores=exported.probabilities(learned.rows),
        test=test,
        test_scores=given,
        qualities=qualities,
        thresholds=limits,
    )
    into.mkdir(parents=True, exist_ok=True)
    (into / "model.onnx").write_bytes(model)
    (into / "card.json").write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")


def validated(dataset: Dataset, fold: Fold, parameters: Parameters) -> tuple[Part, Floats]:
    """A validation week with the scores of the model that was trained before it."""
    learned, test = dataset.split(fold, parameters.weeks)
    return test, scores(fit(learned, parameters), test.rows)


def same_as(expected: Floats, given: Floats) -> None:
    """Refuse a model whose exported form decides differently."""
    apart = float(np.abs(expected - given).max())
    if apart > PARITY:
        raise ValueError(f"ONNX and LightGBM differ by {apart:.1e}, allowed are {PARITY:.0e}")


def main() -> None:
    """Simulate, train, and say how good it is."""
    parser = argparse.ArgumentParser(prog="python -m app.training", description=__doc__)
    parser.add_argument("--into", type=Path, default=FOLDER / CHAMPION)
    into = parser.parse_args().into
    chosen = Selection.read()
    train(chosen.open_tests(simulate()), chosen.champion, into)
    found = json.loads((into / "card.json").read_text(encoding="utf-8"))
    for part, figures in found["metrics"].items():
        print(part, " ".join(f"{name} {value:.4f}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
