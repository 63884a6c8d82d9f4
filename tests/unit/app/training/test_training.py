"""Training is one command that writes a model, its card, and the same bytes again."""

import json
from dataclasses import asdict
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

from app.adapters.onnx_model import load
from app.models import CHAMPION
from app.training import __main__ as training
from app.training import thresholds
from app.training.selection import CHAMPION as MODEL
from app.training.selection import Selection, Trial
from tests.unit.app.training.small import PARAMETERS, dataset, simulation


@pytest.fixture(autouse=True)
def a_precision_within_reach_of_a_small_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thresholds, "PRECISION", 0.5)
    monkeypatch.setattr(thresholds, "ALERTS_PER_DAY", 5)


def test_training_twice_writes_the_same_model_and_card(tmp_path: Path) -> None:
    for name in ("one", "two"):
        training.train(dataset(), PARAMETERS, tmp_path / name / CHAMPION)

    for file in ("model.onnx", "card.json"):
        one, two = (tmp_path / name / CHAMPION / file for name in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()
    assert load(folder=tmp_path / "one").scorer.version == CHAMPION


def test_the_command_trains_what_the_search_chose_and_says_how_good_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tried = Trial(MODEL, asdict(PARAMETERS), (0.9,), (0.7,), (0.3,))
    with (
        patch("sys.argv", ["training", "--into", str(tmp_path / CHAMPION)]),
        patch.object(training, "simulate", return_value=simulation()),
        patch.object(Selection, "read", return_value=Selection((tried,))),
    ):
        training.main()

    card = json.loads((tmp_path / CHAMPION / "card.json").read_text())
    assert card["parameters"]["trees"] == PARAMETERS.trees
    assert f"test auc {card['metrics']['test']['auc']:.4f}" in capsys.readouterr().out
    assert len(card["metrics"]) == 5  # the test and four validation weeks


def test_a_model_that_changed_in_the_export_is_refused() -> None:
    with pytest.raises(ValueError, match=r"differ by 1\.0e-03, allowed are 1e-06"):
        training.same_as(np.array([0.5, 0.501]), np.array([0.5, 0.5]))
