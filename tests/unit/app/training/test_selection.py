"""What was chosen follows from the trials, and the trials are under a seal."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from app.models import CHAMPION, FOLDER
from app.training import selection
from app.training.metrics import Quality
from app.training.selection import SealError, Selection, Trial
from tests.unit.app.training.small import PARAMETERS


def trial(model: str, *folds: tuple[float, float, float], **parameters: float) -> Trial:
    return Trial.of(model, parameters, [Quality(*fold) for fold in folds])


TREES = Selection(
    (
        trial("tree", (0.8, 0.5, 0.3), (0.8, 0.5, 0.1), depth=2),
        trial("tree", (0.7, 0.6, 0.2), (0.7, 0.8, 0.2), depth=3),
        trial("tree", (0.9, 0.9, 0.9), depth=4),  # given up after one fold
    )
)


def test_each_figure_chooses_for_itself_and_never_what_was_given_up() -> None:
    assert TREES.best("tree", "auc").parameters == {"depth": 2}
    assert TREES.best("tree", "ap").parameters == {"depth": 3}
    assert TREES.best("tree", "cp100").parameters == {"depth": 2}  # the first of equals


def test_the_champion_is_best_in_all_three_together() -> None:
    better = asdict(PARAMETERS) | {"trees": 30}
    found = Selection(
        (
            trial("champion", (0.8, 0.5, 0.3), **asdict(PARAMETERS)),
            trial("champion", (0.79, 0.6, 0.3), **better),
        )
    )

    assert found.champion.trees == 30


def test_a_selection_comes_back_as_it_was_sealed(tmp_path: Path) -> None:
    TREES.write(tmp_path / "selection.json")

    assert Selection.read(tmp_path / "selection.json") == TREES


def test_a_choice_that_was_changed_afterwards_breaks_the_seal(tmp_path: Path) -> None:
    path = tmp_path / "selection.json"
    TREES.write(path)
    path.write_text(path.read_text().replace('"depth": 3', '"depth": 9'))

    with pytest.raises(SealError, match=r"selection\.json: its trials have the digest"):
        Selection.read(path)


def test_new_trials_of_a_model_replace_its_old_ones_alone() -> None:
    both = TREES.replaced("forest", [trial("forest", (0.9, 0.9, 0.9), trees=5)])

    again = both.replaced("tree", [trial("tree", (0.1, 0.1, 0.1), depth=7)])

    assert again.best("forest", "ap").parameters == {"trees": 5}
    assert again.best("tree", "ap").parameters == {"depth": 7}


def test_a_model_that_was_never_tried_has_no_best() -> None:
    with pytest.raises(SealError, match="no trial of 'forest' is on record; choose first"):
        TREES.best("forest", "ap")


def test_the_committed_champion_has_the_parameters_that_the_sealed_trials_choose() -> None:
    card = json.loads((FOLDER / CHAMPION / "card.json").read_text())

    assert card["parameters"] == asdict(Selection.read(selection.RESULT).champion)
