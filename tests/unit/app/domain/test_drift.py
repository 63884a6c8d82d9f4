from math import log

import numpy as np
import pytest

from app.domain.drift import FEWEST, drift, psi, reference
from app.domain.features import FEATURES


def rows(count: int = 2000) -> np.ndarray:
    random = np.random.default_rng(1)
    made = random.normal(size=(count, len(FEATURES)))
    made[:, 1] = random.random(count) < 0.3
    made[:, 2] = 0
    return made


def test_the_index_of_two_bins_is_what_a_hand_computes() -> None:
    by_hand = (0.7 - 0.5) * log(0.7 / 0.5) + (0.3 - 0.5) * log(0.3 / 0.5)

    assert psi(np.array([0.5, 0.5]), np.array([0.7, 0.3])) == pytest.approx(by_hand)
    assert by_hand == pytest.approx(0.16946, abs=1e-5)


def test_an_empty_bin_counts_as_a_ten_thousandth() -> None:
    by_hand = (1 - 0.9) * log(1 / 0.9) + (1e-4 - 0.1) * log(1e-4 / 0.1)

    assert psi(np.array([0.9, 0.1]), np.array([1.0, 0.0])) == pytest.approx(by_hand)


def test_payments_like_the_training_data_have_not_drifted() -> None:
    trained = rows()
    known = reference(trained, trained[:, 0])

    assert set(known) == {*FEATURES, "score"}
    assert drift(known, trained, trained[:, 0]) == dict.fromkeys(known, 0.0)


def test_bins_hold_a_tenth_each_and_few_values_have_one_each() -> None:
    trained = rows()
    known = reference(trained, trained[:, 0])

    assert known["amount"]["shares"] == pytest.approx([0.1] * 10, abs=1e-9)
    weekends = trained[:, 1].mean()
    assert known["weekend"]["shares"] == pytest.approx([0, 1 - weekends, weekends, 0])


def test_a_feature_that_was_constant_drifts_once_it_is_anything_else() -> None:
    trained = rows()
    known = reference(trained, trained[:, 0])
    above, below = trained.copy(), trained.copy()
    above[:200, 2], below[:200, 2] = 0.5, -0.5
    by_hand = (0.9 - 1) * log(0.9) + (0.1 - 1e-4) * log(0.1 / 1e-4)

    assert drift(known, above, above[:, 0])["night"] == pytest.approx(by_hand)
    assert drift(known, below, below[:, 0])["night"] == pytest.approx(by_hand)


def test_a_shifted_feature_stands_out_alone() -> None:
    trained = rows()
    known = reference(trained, trained[:, 3])
    shifted = trained.copy()
    shifted[:, 0] += 1

    found = drift(known, shifted, trained[:, 3])

    assert found.pop("amount") > 0.5
    assert max(found.values()) == 0


def test_of_too_few_payments_nothing_is_said() -> None:
    trained = rows()
    known = reference(trained, trained[:, 0])

    assert drift(known, trained[: FEWEST - 1], trained[: FEWEST - 1, 0]) == {}
    assert drift(known, trained[:0], trained[:0, 0]) == {}


def test_a_feature_that_is_no_longer_computed_is_passed_over() -> None:
    trained = rows()
    known = reference(trained, trained[:, 0])
    of_another_time = known | {"gone": known["amount"]}

    assert "gone" not in drift(of_another_time, trained, trained[:, 0])
