"""Feedback to the deployed service: strict, all or none, and never forgotten."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.e2e.kubectl import KubectlError
from tests.e2e.parts import sql
from tests.e2e.payments import ABOVE, payment
from tests.e2e.stack import RunningStack


@pytest.fixture(scope="module")
def api(stack: RunningStack) -> Iterator[httpx.Client]:
    with stack.patient() as client:
        yield client


@pytest.fixture
def scored(api: httpx.Client) -> int:
    """The id of a payment that the service has just decided."""
    told = payment()
    api.post("/v1/score", json=told).raise_for_status()
    return int(told["transaction_id"])


def labels(*frauds: tuple[int, bool], source: str = "e2e") -> dict[str, Any]:
    told = [{"transaction_id": number, "fraud": fraud} for number, fraud in frauds]
    return {"labels": told, "source": source}


def test_without_the_right_key_no_label_is_taken(stack: RunningStack, scored: int) -> None:
    with stack.scoring(key="wrong") as stranger:
        assert stranger.post("/v1/labels", json=labels((scored, True))).status_code == 401


def test_every_change_of_a_label_is_in_the_ledger_and_a_retry_adds_none(
    stack: RunningStack, api: httpx.Client, scored: int
) -> None:
    answers = [
        api.post("/v1/labels", json=labels((scored, fraud))).raise_for_status().json()
        for fraud in (True, True, False)
    ]

    assert answers[0] == answers[1] != answers[2]
    kept = sql(
        stack,
        f"SELECT fraud, source FROM labels WHERE transaction_id = {scored}"  # noqa: S608 (ours)
        " ORDER BY label_id",
    )
    assert kept == [["t", "e2e"], ["f", "e2e"]]
    newest = f"SELECT fraud FROM transactions WHERE transaction_id = {scored}"  # noqa: S608
    assert sql(stack, newest) == [["f"]]


def test_of_a_request_with_an_unknown_payment_nothing_is_recorded(
    stack: RunningStack, api: httpx.Client, scored: int
) -> None:
    answer = api.post("/v1/labels", json=labels((scored, True), (9 * ABOVE, True)))

    assert answer.status_code == 404
    assert answer.json()["unknown"] == [9 * ABOVE]
    kept = f"SELECT count(*) FROM labels WHERE transaction_id = {scored}"  # noqa: S608
    assert sql(stack, kept) == [["0"]]


def test_what_was_said_of_a_payment_can_not_be_unsaid_in_the_ledger(
    stack: RunningStack, api: httpx.Client, scored: int
) -> None:
    api.post("/v1/labels", json=labels((scored, True))).raise_for_status()

    with pytest.raises(KubectlError, match="labels are evidence"):
        sql(stack, f"DELETE FROM labels WHERE transaction_id = {scored}")  # noqa: S608


@pytest.mark.parametrize("wrong", [{"fraud": "yes"}, {"fraud": 1}, {"fraud": None}, {"colour": 1}])
def test_a_label_that_is_not_quite_right_is_refused(
    api: httpx.Client, scored: int, wrong: dict[str, Any]
) -> None:
    told = labels((scored, True))
    told["labels"][0] |= wrong

    assert api.post("/v1/labels", json=told).status_code == 422


def test_features_are_told_when_asked_for_and_not_for_a_payment_told_again(
    api: httpx.Client,
) -> None:
    told = payment(amount="57.16")

    first = api.post("/v1/score?features=true", json=told).raise_for_status().json()
    again = api.post("/v1/score?features=true", json=told).raise_for_status().json()

    assert first["features"]["amount"] == 57.16
    assert again == first | {"features": None}
    assert "features" not in api.post("/v1/score", json=told).raise_for_status().json()


def test_labels_are_counted_for_the_monitor(api: httpx.Client, scored: int) -> None:
    api.post("/v1/labels", json=labels((scored, True))).raise_for_status()
    lines: list[str] = []
    for _ in range(10):  # each replica counts its own
        lines += api.get("/metrics").raise_for_status().text.splitlines()

    counted = [line for line in lines if line.startswith("fraud_labels_total{")]
    assert any(float(line.split()[1]) >= 1 for line in counted)
