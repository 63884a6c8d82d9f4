"""The exported model takes every row down the path that LightGBM takes."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest
from lightgbm import Booster

from app.adapters.onnx_model import OnnxModel
from app.training.booster import fit, scores
from app.training.onnx_export import to_onnx
from app.training.protocol import TEST
from tests.unit.app.training.small import PARAMETERS, dataset


def test_the_export_scores_as_lightgbm_does() -> None:
    train, test = dataset().split(TEST)
    booster = fit(train, PARAMETERS)

    given = OnnxModel("small", to_onnx(booster)).probabilities(test.rows)

    assert np.abs(given - scores(booster, test.rows)).max() < 1e-6


def test_a_value_right_at_a_threshold_or_next_to_it_takes_the_same_branch() -> None:
    train, _ = dataset().split(TEST)
    booster = fit(train, PARAMETERS)
    model = OnnxModel("small", to_onnx(booster))
    splits = [split for tree in booster.dump_model()["tree_info"] for split in splits_of(tree)]
    assert len(splits) > 50

    rows = []
    for feature, threshold in splits:
        for value in (np.nextafter(threshold, -np.inf), threshold, np.nextafter(threshold, np.inf)):
            row = np.median(train.rows, axis=0)
            row[feature] = value
            rows.append(row)

    asked = np.array(rows)
    assert np.abs(model.probabilities(asked) - scores(booster, asked)).max() < 1e-6


def splits_of(tree: dict[str, Any]) -> Iterator[tuple[int, float]]:
    nodes = [tree["tree_structure"]]
    while nodes:
        node = nodes.pop()
        if "split_feature" in node:
            yield node["split_feature"], node["threshold"]
            nodes += [node["left_child"], node["right_child"]]


def test_the_same_data_give_the_same_bytes() -> None:
    train, _ = dataset().split(TEST)

    assert to_onnx(fit(train, PARAMETERS)) == to_onnx(fit(train, PARAMETERS))


def test_a_split_that_onnx_would_read_differently_is_refused() -> None:
    categorical = {"split_feature": 0, "decision_type": "==", "threshold": "1||2"}
    booster = Mock(spec=Booster)
    booster.dump_model.return_value = {"tree_info": [{"tree_structure": categorical}]}

    with pytest.raises(ValueError, match="a split by '==': only '<=' can be exported"):
        to_onnx(booster)
