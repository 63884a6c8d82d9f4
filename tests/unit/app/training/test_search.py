"""Parameters are chosen on validation data, and training takes the ones that were chosen."""

import json
from pathlib import Path
from unittest.mock import patch

import pytest

from app.models import CHAMPION, FOLDER
from app.training import search
from app.training.booster import fit, scores
from app.training.metrics import average_precision
from app.training.protocol import TEST, VALIDATION, Dataset
from tests.unit.app.training.small import dataset


def test_the_candidates_are_the_same_every_time_and_of_the_space() -> None:
    drawn = list(search.candidates(10))

    assert drawn == list(search.candidates(10))
    assert len(set(drawn)) == 10
    for name, allowed in search.SPACE.items():
        assert {getattr(one, name) for one in drawn} <= set(allowed)


def test_a_trial_reports_every_number_of_trees_with_its_precision_on_every_fold() -> None:
    folds = [dataset().split(fold) for fold in VALIDATION[-2:]]
    (candidate,) = search.candidates(1)

    with patch.object(search, "TREES", (5, 10)):
        found = search.trial(folds, candidate)

    train, test = folds[1]
    expected = average_precision(test.frauds, scores(fit(train, candidate), test.rows, 5))
    assert [one["trees"] for one in found] == [5, 10]
    assert found[0]["folds"][1] == pytest.approx(expected, abs=1e-6)
    assert found[0]["ap"] == pytest.approx(sum(found[0]["folds"]) / 2)


def test_the_search_keeps_every_trial_best_first_and_never_asks_for_the_test_week(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = []

    class Watched:
        @staticmethod
        def split(fold: object) -> object:
            asked.append(fold)
            return fold

    trials = [{"ap": 0.5, "trees": 50}, {"ap": 0.7, "trees": 100}]
    with (
        patch.object(search, "simulate"),
        patch.object(Dataset, "of", return_value=Watched()),
        patch.object(search, "trial", return_value=trials),
        patch.object(search, "RESULT", tmp_path / "search.json"),
    ):
        search.main()

    kept = json.loads((tmp_path / "search.json").read_text())["trials"]
    assert [one["ap"] for one in kept] == sorted((one["ap"] for one in kept), reverse=True)
    assert len(kept) == 2 * search.TRIALS
    assert asked == list(VALIDATION)
    assert TEST not in asked
    assert "best validation AP 0.7000" in capsys.readouterr().out


def test_the_champion_has_the_parameters_that_the_search_found_best() -> None:
    card = json.loads((FOLDER / CHAMPION / "card.json").read_text())
    trials = json.loads(search.RESULT.read_text())["trials"]
    best = max(trials, key=lambda one: one["ap"])

    assert card["parameters"] == {name: best[name] for name in card["parameters"]}
    assert len(trials) == search.TRIALS * len(search.TREES)
