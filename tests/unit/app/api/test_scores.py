"""Scoring over HTTP, on ports in memory."""

from typing import Any

import httpx
import pytest

from app.ports.decisions import LogAway
from tests.unit.app.memory import Service

PAYMENT = {
    "transaction_id": 1,
    "customer_id": 7,
    "terminal_id": 9,
    "amount": "57.16",
    "time": "2018-08-08T00:01:14Z",
}


async def test_a_payment_is_decided_with_the_model_that_did_it(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/score", json=PAYMENT)

    body = answer.json()
    assert answer.status_code == 200
    assert body["decision"] == "approve"
    assert body["score"] == pytest.approx(0.05716)
    assert body["model_version"] == "amount-1"
    assert body["degraded"] is False
    assert body["decided_at"].endswith("+00:00")


async def test_a_suspicious_payment_is_declined_with_its_reason(client: httpx.AsyncClient) -> None:
    body = (await client.post("/v1/score", json=PAYMENT | {"amount": 700})).json()

    assert body["decision"] == "decline"
    assert body["reasons"][0]["code"] == "amount"


async def test_an_answered_decision_is_in_the_log(
    service: Service, client: httpx.AsyncClient
) -> None:
    await client.post("/v1/score", json=PAYMENT)

    assert service.log.recorded[1].payment.amount == 57.16
    assert service.log.windowed == {1}


async def test_a_retry_is_answered_with_the_stored_decision_to_the_byte(
    client: httpx.AsyncClient,
) -> None:
    first = await client.post("/v1/score", json=PAYMENT)
    again = await client.post("/v1/score", json=PAYMENT | {"amount": 57.16})

    assert again.content == first.content


@pytest.mark.parametrize(
    "change",
    [{"amount": "57.17"}, {"customer_id": 8}, {"terminal_id": 8}, {"time": "2018-08-08T01:00:00Z"}],
)
async def test_the_same_id_for_another_payment_is_a_conflict(
    service: Service, client: httpx.AsyncClient, change: dict[str, Any]
) -> None:
    await client.post("/v1/score", json=PAYMENT)

    answer = await client.post("/v1/score", json=PAYMENT | change)

    assert answer.status_code == 409
    assert answer.json()["error"] == "conflict"
    assert service.windows.remembered[1] == service.log.recorded[1].payment  # put right again


async def test_a_batch_is_decided_in_its_order(client: httpx.AsyncClient) -> None:
    payments = [PAYMENT | {"transaction_id": n, "amount": n} for n in (400, 100, 900)]

    answer = await client.post("/v1/score/batch", json={"transactions": payments})

    decisions = answer.json()["decisions"]
    assert [one["transaction_id"] for one in decisions] == [400, 100, 900]
    assert [one["decision"] for one in decisions] == ["review", "approve", "decline"]


async def test_of_a_batch_with_a_conflict_nothing_is_recorded(
    service: Service, client: httpx.AsyncClient
) -> None:
    await client.post("/v1/score", json=PAYMENT)
    payments = [PAYMENT | {"transaction_id": 2}, PAYMENT | {"amount": 1}]

    answer = await client.post("/v1/score/batch", json={"transactions": payments})

    assert answer.status_code == 409
    assert set(service.log.recorded) == {1}


async def test_without_the_log_nothing_is_acknowledged(
    service: Service, client: httpx.AsyncClient
) -> None:
    service.log.trouble = LogAway("postgres does not answer", retry_seconds=2)

    answer = await client.post("/v1/score", json=PAYMENT)

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"
    assert "nothing was acknowledged" in answer.json()["detail"]


async def test_what_was_scored_without_fast_windows_says_so_and_is_settled_later(
    service: Service, client: httpx.AsyncClient
) -> None:
    service.windows.kept, service.windows.degraded = False, True

    body = (await client.post("/v1/score", json=PAYMENT)).json()

    assert body["degraded"] is True
    assert service.log.windowed == set()
    assert [one.transaction_id for one in service.windows.settled] == [1]


async def test_decisions_are_counted_by_kind(client: httpx.AsyncClient) -> None:
    await client.post("/v1/score", json=PAYMENT | {"amount": 700})

    text = (await client.get("/metrics", headers={"X-API-Key": ""})).text
    assert 'fraud_decisions_total{decision="decline",degraded="no"} 1.0' in text
    assert 'fraud_request_seconds_count{path="/v1/score",status="200"} 1.0' in text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"amount": -0.01}, "amount: input should be greater than or equal to 0, got '-0.01'"),
        ({"amount": "-5"}, "amount: must be a decimal like 57.16"),
        ({"amount": "57.165"}, "amount: must be a decimal like 57.16"),
        ({"amount": 57.165}, "amount: decimal input should have no more than 2 decimal places"),
        ({"amount": "1000000.01"}, "amount: input should be less than or equal to 1000000"),
        ({"amount": "1e3"}, "amount: must be a decimal"),
        ({"amount": " 5"}, "amount: must be a decimal"),
        ({"amount": "٣"}, "amount: must be a decimal"),
        ({"amount": True}, "amount: must be a decimal"),
        ({"amount": None}, "amount: must be a decimal"),
        ({"transaction_id": "1"}, "transaction_id: input should be a valid integer, got '1'"),
        ({"transaction_id": 2**63}, "transaction_id: input should be less than or equal to"),
        ({"customer_id": -1}, "customer_id: input should be greater than or equal to 0"),
        ({"terminal_id": 1.5}, "terminal_id: input should be a valid integer"),
        ({"time": 1533686474}, "time: must be RFC 3339 with an offset"),
        ({"time": "2018-08-08T00:01:14"}, "time: must be RFC 3339 with an offset"),
        ({"time": "2018-02-30T00:01:14Z"}, "time: input should be a valid datetime"),
        ({"time": "2100-01-01T00:00:00Z"}, "time: must lie between the years 2000 and 2099"),
        ({"time": "1970-01-18T18:01:26Z"}, "time: must lie between the years 2000 and 2099"),
        ({"card": "4111111111111111"}, "card: extra inputs are not permitted"),
    ],
)
async def test_a_field_that_would_need_guessing_is_refused_by_name(
    client: httpx.AsyncClient, service: Service, change: dict[str, Any], said: str
) -> None:
    answer = await client.post("/v1/score", json=PAYMENT | change)

    assert answer.status_code == 422
    assert answer.json()["error"] == "invalid"
    assert answer.json()["detail"].startswith(said)
    assert not service.log.recorded


async def test_the_place_in_a_batch_is_named(client: httpx.AsyncClient) -> None:
    payments = [PAYMENT, PAYMENT | {"transaction_id": 2, "amount": -1}]

    answer = await client.post("/v1/score/batch", json={"transactions": payments})

    assert answer.json()["detail"].startswith("transactions.1.amount: ")


async def test_an_id_twice_in_a_batch_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/score/batch", json={"transactions": [PAYMENT, PAYMENT]})

    assert answer.status_code == 422
    assert answer.json()["detail"] == "transactions: transaction_id 1 is there twice"


@pytest.mark.parametrize("size", [0, 1001])
async def test_a_batch_has_one_to_a_thousand_payments(client: httpx.AsyncClient, size: int) -> None:
    payments = [PAYMENT | {"transaction_id": n} for n in range(size)]

    assert (
        await client.post("/v1/score/batch", json={"transactions": payments})
    ).status_code == 422


@pytest.mark.parametrize("body", [b"{", b"", b"[1]", b'{"amount": NaN}', b"\xff"])
async def test_what_is_not_a_payment_at_all_is_refused_readably(
    client: httpx.AsyncClient, body: bytes
) -> None:
    headers = {"Content-Type": "application/json"}

    answer = await client.post("/v1/score", content=body, headers=headers)

    assert answer.status_code in {400, 422}
    assert answer.json()["error"] == "invalid"


async def test_an_offset_is_honoured(service: Service, client: httpx.AsyncClient) -> None:
    await client.post("/v1/score", json=PAYMENT | {"time": "2018-08-08T02:01:14.9+02:00"})

    assert service.log.recorded[1].payment.time == 1_533_686_474


async def test_an_unforeseen_failure_is_one_plain_500(
    service: Service, client: httpx.AsyncClient
) -> None:
    service.log.trouble = RuntimeError("secret detail")

    answer = await client.post("/v1/score", json=PAYMENT)

    assert answer.status_code == 500
    assert answer.json()["error"] == "internal"
    assert "secret detail" not in answer.text
