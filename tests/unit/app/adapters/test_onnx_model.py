"""What the service loads is the model that its card describes."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.adapters.onnx_model import ModelError, load
from app.domain.features import FEATURES
from app.domain.scoring import Outcome
from app.models import CHAMPION, FOLDER


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A folder of models that a test may spoil."""
    shutil.copytree(FOLDER / CHAMPION, tmp_path / CHAMPION)
    return tmp_path


def change_card(folder: Path, **values: Any) -> None:
    path = folder / CHAMPION / "card.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def test_the_champion_lets_an_ordinary_payment_pass_and_names_itself() -> None:
    judge = load()

    (decision,) = judge.decide((), judge.baseline[None])

    assert decision.outcome is Outcome.APPROVE
    assert decision.reasons == ()
    assert decision.model_version == CHAMPION


def test_the_champion_declines_a_payment_at_a_terminal_known_to_cheat() -> None:
    judge = load()
    values = dict(zip(FEATURES, judge.baseline.tolist(), strict=True))
    risks = {"terminal_risk_1d": 1.0, "terminal_risk_7d": 1.0, "terminal_risk_30d": 0.25}
    run = {"terminal_fraud_run": 9.0, "terminal_run_age": 14.0, "terminal_genuine_age": 15.0}
    row = np.array(list((values | risks | run).values()))

    (decision,) = judge.decide((), row[None])

    assert decision.outcome is Outcome.DECLINE
    assert decision.reasons[0].code == "terminal_risk"


def test_a_row_scores_the_same_alone_and_among_others() -> None:
    judge = load()
    rows = judge.baseline * np.random.default_rng(0).uniform(0, 6, (500, len(FEATURES)))

    together = judge.scorer.probabilities(rows)

    alone = [judge.scorer.probabilities(row[None])[0] for row in rows]
    assert np.abs(together - alone).max() < 1e-6


def test_an_unknown_version_is_refused_by_naming_the_known_ones() -> None:
    with pytest.raises(ModelError, match=f"no such model; there are .*{CHAMPION}"):
        load("lightgbm-1999")


def test_a_model_that_is_not_its_cards_is_refused(copied: Path) -> None:
    with (copied / CHAMPION / "model.onnx").open("ab") as model:
        model.write(b"\0")

    with pytest.raises(ModelError, match="train again"):
        load(CHAMPION, copied)


def test_a_model_of_other_features_is_refused(copied: Path) -> None:
    change_card(copied, features=list(reversed(FEATURES)))

    with pytest.raises(ModelError, match="the service computes"):
        load(CHAMPION, copied)


def test_the_artifact_stays_small() -> None:
    size = sum(path.stat().st_size for path in (FOLDER / CHAMPION).iterdir())

    assert size < 500_000
