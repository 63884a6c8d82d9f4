"""Scoring of given features."""

import asyncio
from typing import Any

import httpx
import numpy as np
import pytest

from app.api.ratings import ROWS
from app.domain.features import FEATURES
from app.domain.scoring import Ratings
from app.domain.transactions import Floats
from app.line import Busy
from app.rating import Rating
from tests.unit.app.memory import Service, amount_judge

PATH = "/v1/score/features"


def given(*amounts: float) -> dict[str, Any]:
    others = [0.5] * (len(FEATURES) - 1)
    return {"features": list(FEATURES), "rows": [[amount, *others] for amount in amounts]}


async def test_rows_are_rated_in_their_order_and_nothing_is_recorded(
    client: httpx.AsyncClient, service: Service
) -> None:
    answer = await client.post(PATH, json=given(57.16, 700, 400))

    assert answer.status_code == 200
    assert answer.json() == {
        "model_version": "amount-1",
        "scores": [pytest.approx(0.05716), 0.7, 0.4],
        "decisions": ["approve", "decline", "review"],
    }
    assert not service.log.recorded
    assert not service.windows.remembered


async def test_as_many_rows_as_are_allowed_are_rated(client: httpx.AsyncClient) -> None:
    scores = (await client.post(PATH, json=given(*range(ROWS)))).json()["scores"]

    assert scores == [min(amount / 1000, 1) for amount in range(ROWS)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"features": list(reversed(FEATURES))}, "features: must be ['amount', "),
        ({"features": list(FEATURES[:-1])}, "features: must be ['amount', "),
        ({"rows": [[1.0] * (len(FEATURES) - 1)]}, "rows.0: list should have at least"),
        ({"rows": [[1.0] * (len(FEATURES) + 1)]}, "rows.0: list should have at most"),
        ({"rows": [["1e400"] * len(FEATURES)]}, "rows.0.0: input should be a finite number"),
        ({"rows": []}, "rows: list should have at least 1 item"),
        ({"rows": [[0.0] * len(FEATURES)] * (ROWS + 1)}, "rows: list should have at most"),
        ({"payments": []}, "payments: extra inputs are not permitted"),
    ],
)
async def test_what_is_not_rows_of_the_features_is_refused(
    client: httpx.AsyncClient, change: dict[str, Any], said: str
) -> None:
    answer = await client.post(PATH, json=given(1) | change)

    assert (answer.status_code, answer.json()["error"]) == (422, "invalid")
    assert answer.json()["detail"].startswith(said)


async def test_payments_get_their_turn_between_rows_and_one_model_rates_them_all() -> None:
    class Changing:
        """A decider whose model is replaced after its first call."""

        def __init__(self) -> None:
            self.versions = ["old", *["new"] * 9]

        def __getattr__(self, name: str) -> Any:
            return getattr(amount_judge(), name)

        def rate(self, rows: Floats, /) -> Ratings:
            rated = amount_judge().rate(rows)
            return Ratings(rated.scores, rated.outcomes, self.versions.pop(0))

    row = [0.5] * len(FEATURES)
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    rated = await Rating(Changing()).rate(_rows([row] * 600))
    counting.cancel()

    assert (len(rated.scores), rated.model_version) == (600, "new")
    assert turns >= 6


async def test_too_many_rows_at_once_are_sent_away_and_a_few_always_pass() -> None:
    rating = Rating(amount_judge())
    many, few = (_rows([[0.5] * len(FEATURES)] * size) for size in (ROWS, 256))

    large = [rating.rate(many) for _ in range(5)]
    answers = await asyncio.gather(*large, rating.rate(few), return_exceptions=True)

    assert [type(one) for one in answers] == [Ratings] * 4 + [Busy, Ratings]


def _rows(rows: list[list[float]]) -> Floats:
    return np.array(rows)
