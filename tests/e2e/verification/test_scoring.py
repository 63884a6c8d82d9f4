"""The deployed service's face: closed, strict, idempotent, and remembered."""

import secrets
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.e2e.parts import sql
from tests.e2e.payments import payment
from tests.e2e.stack import RunningStack


@pytest.fixture(scope="module")
def api(stack: RunningStack) -> Iterator[httpx.Client]:
    with stack.patient() as client:
        yield client


@pytest.mark.parametrize("path", ["/v1/score", "/v1/score/batch", "/v1/whatever"])
@pytest.mark.parametrize("key", ["", "wrong"])
def test_without_the_right_key_nothing_is_answered(
    stack: RunningStack, path: str, key: str
) -> None:
    with stack.scoring(key=key) as stranger:
        assert stranger.post(path, json=payment()).status_code == 401


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "-0.01"},
        {"amount": -5},
        {"amount": "1.001"},
        {"amount": "1000000.01"},
        {"amount": "1e3"},
        {"amount": None},
        {"time": "2018-08-08 00:01:14"},
        {"time": "2018-08-08T00:01:14"},
        {"time": 1533686474},
        {"transaction_id": "7"},
        {"customer_id": -1},
        {"terminal_id": 1.5},
        {"colour": "red"},
    ],
    ids=str,
)
def test_a_payment_that_is_not_quite_right_is_refused(
    api: httpx.Client, wrong: dict[str, Any]
) -> None:
    answer = api.post("/v1/score", json=payment() | wrong)

    assert answer.status_code == 422
    assert set(answer.json()) == {"error", "detail"}


def test_what_is_no_json_is_refused(api: httpx.Client) -> None:
    answer = api.post("/v1/score", content=b"{", headers={"Content-Type": "application/json"})

    assert answer.status_code == 422


def test_a_payment_is_decided_by_a_named_model_with_reasons(api: httpx.Client) -> None:
    large = api.post("/v1/score", json=payment(amount="9000.00")).raise_for_status().json()
    small = api.post("/v1/score", json=payment(amount="12.00")).raise_for_status().json()

    assert large["decision"] == "decline"
    assert large["reasons"]
    assert small["decision"] == "approve"
    assert 0 <= small["score"] < large["score"] <= 1
    assert large["model_version"] == small["model_version"] != ""
    assert not large["degraded"]


def test_telling_a_payment_again_changes_nothing(api: httpx.Client) -> None:
    told = payment()

    first, again = (api.post("/v1/score", json=told).raise_for_status().json() for _ in range(2))

    assert first == again


def test_an_id_cannot_be_used_for_another_payment(api: httpx.Client) -> None:
    told = payment()
    api.post("/v1/score", json=told).raise_for_status()

    assert api.post("/v1/score", json=told | {"amount": "77.77"}).status_code == 409


def test_a_batch_is_answered_in_its_order(api: httpx.Client) -> None:
    told = [payment() for _ in range(20)]

    answer = api.post("/v1/score/batch", json={"transactions": told}).raise_for_status().json()

    assert [d["transaction_id"] for d in answer["decisions"]] == [
        each["transaction_id"] for each in told
    ]


def test_a_batch_over_the_limit_is_refused(api: httpx.Client) -> None:
    told = [payment() for _ in range(1001)]

    assert api.post("/v1/score/batch", json={"transactions": told}).status_code == 422


def test_a_second_payment_sees_the_first(api: httpx.Client) -> None:
    """Windows work: the same payment, once as a card's first and once as its thirtieth."""
    card = secrets.randbelow(10**9) + 10**9
    first = payment(customer_id=card, amount="80.00")
    # Of the same second the smaller id comes before.
    many = [first | {"transaction_id": first["transaction_id"] + place} for place in range(30)]

    answers = api.post("/v1/score/batch", json={"transactions": many}).raise_for_status().json()
    scores = [decision["score"] for decision in answers["decisions"]]

    assert scores[0] != scores[-1]


def test_an_answered_decision_is_in_the_ledger(stack: RunningStack, api: httpx.Client) -> None:
    told = payment()

    answer = api.post("/v1/score", json=told).raise_for_status().json()

    rows = sql(
        stack,
        f"SELECT decision, model_version FROM decisions"  # noqa: S608 (our own number)
        f" WHERE transaction_id = {told['transaction_id']}",
    )
    assert rows == [[answer["decision"], answer["model_version"]]]


def test_decisions_are_counted_for_the_monitor(api: httpx.Client) -> None:
    def counted() -> float:
        lines = api.get("/metrics").raise_for_status().text.splitlines()
        rows = (line.split() for line in lines if not line.startswith("#"))
        return sum(float(n) for name, n in rows if name.startswith("fraud_decisions_total"))

    seen = []
    for _ in range(10):  # each replica counts its own
        api.post("/v1/score", json=payment()).raise_for_status()
        seen.append(counted())
    assert max(seen) >= 1
    assert len(set(seen)) > 1


def test_the_interface_describes_itself(api: httpx.Client) -> None:
    document = api.get("/openapi.json").raise_for_status().json()

    assert document["openapi"].startswith("3.")
    assert {"/v1/score", "/v1/score/batch"} <= set(document["paths"])


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_the_probes_answer_well(api: httpx.Client, path: str) -> None:
    assert api.get(path).status_code == 200
