from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from app.domain.gate import Evidence, checks

COUNT, FRAUDS = 4000, 150


def evidence() -> Evidence:
    """A challenger that does exactly as well as the champion."""
    frauds = np.arange(COUNT) < FRAUDS
    scores = np.where(frauds, 0.7, 0.01)
    return Evidence(
        frauds=frauds,
        champion=scores,
        challenger=scores.copy(),
        parity=1e-7,
        seconds={"champion": 1e-4, "challenger": 1e-4},
        psi={"amount": 0.02, "night": 0.2},
    )


def failed(given: Evidence) -> list[str]:
    return [one.check.split(" (")[0] for one in checks(given) if not one.passed]


def worse_at(places: slice, score: float) -> np.ndarray:
    scores = evidence().challenger
    scores[places] = score
    return scores


def test_a_challenger_as_good_as_the_champion_passes() -> None:
    assert failed(evidence()) == []


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"challenger": worse_at(slice(0, 20), 0.0)}, ["average precision", "Brier score"]),
        ({"challenger": evidence().champion * 3}, ["expected frauds", "Brier score"]),
        ({"challenger": evidence().champion / 3}, ["expected frauds", "Brier score"]),
        ({"parity": 2e-6}, ["ONNX differs by"]),
        ({"seconds": {"champion": 1e-4, "challenger": 4e-4}}, ["seconds per payment"]),
        ({"seconds": {"champion": 3e-3, "challenger": 3e-3}}, ["seconds per payment"]),
        ({"psi": {"amount": 0.3, "night": 0.2}}, ["drift"]),
        ({"psi": {}}, ["drift"]),
    ],
)
def test_each_condition_stops_a_model_by_itself(changes: dict[str, Any], why: list[str]) -> None:
    assert failed(replace(evidence(), **changes)) == why


def test_too_few_known_frauds_let_nothing_through() -> None:
    few = evidence()
    few.frauds[99:] = False

    assert "known frauds" in failed(few)
    few.frauds[:] = False
    assert failed(few) == ["known frauds"]


def test_a_check_says_what_it_found_and_what_it_needed() -> None:
    drift = checks(replace(evidence(), psi={"night": 0.2, "amount": 0.3}))[-1]

    assert " ".join(drift.line.split()) == "FAILED drift (amount) 0.3 needed at most 0.25"
    assert drift.as_json() == {
        "check": "drift (amount)",
        "passed": False,
        "found": 0.3,
        "needed": "at most 0.25",
    }
