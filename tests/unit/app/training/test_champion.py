"""The committed model is as good as its card says, on data simulated anew."""

import json
from dataclasses import asdict

import numpy as np
import pytest

from app.adapters.onnx_model import load
from app.domain.features import FEATURES, matrix
from app.models import CHAMPION, FOLDER
from app.training.booster import fit, scores
from app.training.evaluate import Figures, compare, offline_scores
from app.training.metrics import quality
from app.training.protocol import TEST
from app.training.selection import Selection
from tests.unit.app.published import features_of_published, published
from tests.unit.app.training.small import simulation

CARD = json.loads((FOLDER / CHAMPION / "card.json").read_text())


def test_the_cards_figures_come_out_again() -> None:
    _, test = features_of_published().split(TEST)

    found = quality(test.payments, load().scorer.probabilities(test.rows))

    assert asdict(found) == pytest.approx(CARD["metrics"]["test"], abs=1e-9)


def test_the_figures_are_of_a_good_model_and_of_no_leak() -> None:
    assert 0.87 < CARD["metrics"]["test"]["auc"] < 0.91
    assert 0.70 < CARD["metrics"]["test"]["ap"] < 0.80
    assert 0.28 < CARD["metrics"]["test"]["cp100"] < 0.397  # the ceiling


def test_training_again_gives_the_committed_model() -> None:
    parameters = Selection.read().champion
    train, test = features_of_published().split(TEST, parameters.weeks)
    some = test.rows[::10]

    again = scores(fit(train, parameters), some)

    assert np.abs(again - load().scorer.probabilities(some)).max() < 1e-6
    medians = np.median(train.rows, axis=0).tolist()
    assert CARD["baseline"] == dict(zip(FEATURES, medians, strict=True))


def test_the_37_days_of_history_give_the_test_week_the_features_of_all_its_past() -> None:
    simulation = published()
    everything = features_of_published().everything
    recent = simulation.transactions.between(
        int(simulation.history().times[0]), int(simulation.test_week().times[-1]) + 1
    )
    week = simulation.test_week().ids

    assert np.array_equal(matrix(recent)[-len(week) :], everything.rows[week])


def test_answers_are_compared_with_the_offline_scores_of_the_same_payments() -> None:
    week = simulation().test_week()
    offline = offline_scores(simulation(), week)
    ids = week.ids.tolist()

    same = compare(week, offline, dict(zip(reversed(ids), offline[::-1].tolist(), strict=True)))
    blurred = compare(week, offline, dict(zip(ids, np.round(offline, 2).tolist(), strict=True)))

    assert (same.payments, same.frauds) == (len(week), int(week.frauds.sum()))
    assert same.service == same.offline == Figures.of(week.frauds, offline)
    assert same.largest_difference == 0
    assert blurred.service.auc < blurred.offline.auc
    assert 0.004 < blurred.largest_difference <= 0.005


def test_an_answer_to_a_payment_that_was_not_asked_is_refused() -> None:
    week = published().test_week()[:10]

    with pytest.raises(ValueError, match="1 answered transactions are not among the 10 payments"):
        compare(week, np.zeros(10), {int(week.ids[0]): 0.1, 7: 0.1})
