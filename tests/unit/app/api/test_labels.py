"""Feedback over HTTP, on ports in memory."""

from typing import Any

import httpx
import pytest

from tests.unit.app.memory import Service

PAYMENT = {
    "customer_id": 7,
    "terminal_id": 9,
    "amount": "57.16",
    "time": "2025-12-25T00:00:00Z",
}


@pytest.fixture
async def scored(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """Payments 1, 2 and 3 are known."""
    for number in (1, 2, 3):
        answer = await client.post("/v1/score", json=PAYMENT | {"transaction_id": number})
        assert answer.status_code == 200
    return client


def labels(**frauds: bool) -> dict[str, Any]:
    """`_1=True` says that payment 1 was a fraud."""
    told = [{"transaction_id": int(name[1:]), "fraud": fraud} for name, fraud in frauds.items()]
    return {"labels": told}


async def test_a_label_is_recorded_and_the_windows_know_it(
    service: Service, scored: httpx.AsyncClient
) -> None:
    answer = await scored.post("/v1/labels", json=labels(_2=True, _1=False) | {"source": "desk"})

    assert answer.status_code == 200
    assert answer.json()["labels"] == [
        {
            "transaction_id": 2, "fraud": True, "source": "desk",
            "told_at": "2026-01-01T00:00:01.000000+00:00",
        },
        {
            "transaction_id": 1, "fraud": False, "source": "desk",
            "told_at": "2026-01-01T00:00:02.000000+00:00",
        },
    ]  # fmt: skip
    assert service.windows.labelled == {1: False, 2: True}


async def test_told_again_it_is_answered_alike_to_the_byte_and_recorded_once(
    service: Service, scored: httpx.AsyncClient
) -> None:
    first = await scored.post("/v1/labels", json=labels(_1=True))
    again = await scored.post("/v1/labels", json=labels(_1=True) | {"source": "another"})

    assert again.content == first.content
    assert len(service.book.told) == 1


async def test_a_label_may_change_and_every_change_is_kept(
    service: Service, scored: httpx.AsyncClient
) -> None:
    for fraud in (True, False, False, True):
        await scored.post("/v1/labels", json=labels(_1=fraud))

    assert [one.label.fraud for one in service.book.told] == [True, False, True]
    assert service.windows.labelled == {1: True}


async def test_of_a_request_with_an_unknown_payment_nothing_is_recorded(
    service: Service, scored: httpx.AsyncClient
) -> None:
    unknown = {f"_{number}": True for number in range(10, 17)}

    answer = await scored.post("/v1/labels", json=labels(_1=True, **unknown))

    assert answer.status_code == 404
    assert answer.json() == {
        "error": "not_found",
        "detail": (
            "transaction_id 10, 11, 12, 13, 14 and 2 more: no such payment was recorded;"
            " no label was recorded now"
        ),
        "unknown": [10, 11, 12, 13, 14, 15, 16],
    }
    assert not service.book.told
    assert not service.windows.labelled


async def test_one_unknown_payment_is_named_alone(scored: httpx.AsyncClient) -> None:
    answer = await scored.post("/v1/labels", json=labels(_9=True))

    assert answer.json()["detail"].startswith("transaction_id 9: no such payment")


async def test_without_the_book_nothing_is_acknowledged(
    service: Service, scored: httpx.AsyncClient
) -> None:
    service.book.away = True

    answer = await scored.post("/v1/labels", json=labels(_1=True))

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    assert not service.windows.labelled


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "labels: field required"),
        ({"labels": []}, "labels: list should have at least 1 item"),
        ({"labels": [{"transaction_id": 1}]}, "labels.0.fraud: field required"),
        (
            {"labels": [{"transaction_id": 1, "fraud": 1}]},
            "labels.0.fraud: input should be a valid boolean, got '1'",
        ),
        ({"labels": [{"transaction_id": 1, "fraud": "true"}]}, "labels.0.fraud: input should be"),
        ({"labels": [{"transaction_id": 1, "fraud": None}]}, "labels.0.fraud: input should be"),
        ({"labels": [{"transaction_id": "1", "fraud": True}]}, "labels.0.transaction_id: input"),
        ({"labels": [{"transaction_id": -1, "fraud": True}]}, "labels.0.transaction_id: input"),
        (
            {"labels": [{"transaction_id": 1, "fraud": True, "by": "me"}]},
            "labels.0.by: extra inputs are not permitted",
        ),
        (labels(_1=True) | {"told_at": "2026"}, "told_at: extra inputs are not permitted"),
        (labels(_1=True) | {"source": "Two words"}, "source: string should match pattern"),
        (labels(_1=True) | {"source": "a" * 33}, "source: string should match pattern"),
        (
            {"labels": labels(_1=True)["labels"] + labels(_1=False)["labels"]},
            "labels: transaction_id 1 is there twice",
        ),
        (
            {"labels": [{"transaction_id": n, "fraud": True} for n in range(1001)]},
            "labels: list should have at most 1000 items",
        ),
    ],
)
async def test_a_label_that_would_need_guessing_is_refused_by_name(
    service: Service, scored: httpx.AsyncClient, body: dict[str, Any], said: str
) -> None:
    answer = await scored.post("/v1/labels", json=body)

    assert answer.status_code == 422
    assert answer.json()["error"] == "invalid"
    assert answer.json()["detail"].startswith(said)
    assert not service.book.told


async def test_without_the_key_no_label_is_taken(service: Service) -> None:
    async with service.client(key="wrong") as stranger:
        assert (await stranger.post("/v1/labels", json=labels(_1=True))).status_code == 401


async def test_labels_and_their_delay_are_counted_and_a_retry_is_told_apart(
    scored: httpx.AsyncClient,
) -> None:
    for _ in range(2):
        await scored.post("/v1/labels", json=labels(_1=True, _2=False))

    text = (await scored.get("/metrics")).text
    assert 'fraud_labels_total{changed="yes",fraud="yes"} 1.0' in text
    assert 'fraud_labels_total{changed="no",fraud="no"} 1.0' in text
    assert 'fraud_label_delay_seconds_bucket{le="604800.0"} 0.0' in text
    assert 'fraud_label_delay_seconds_bucket{le="691200.0"} 2.0' in text  # a week and a second


async def test_an_unforeseen_failure_records_no_label(
    service: Service, scored: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(service.book, "record", broken)

    answer = await scored.post("/v1/labels", json=labels(_1=True))

    assert answer.status_code == 500
    assert "secret detail" not in answer.text
