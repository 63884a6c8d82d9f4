"""Rules of the deployed service: tried, put live on every replica, audited, taken back."""

import csv
import io
import secrets
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.e2e import timeouts
from tests.e2e.kubectl import KubectlError
from tests.e2e.parts import metrics, sql
from tests.e2e.payments import ABOVE, payment
from tests.e2e.stack import RunningStack
from tests.e2e.waiting import until

ACTOR = {"X-Actor": "e2e"}
TOLD = 20
"""Payments that are told while the rule is live."""


@pytest.fixture(scope="module")
def api(stack: RunningStack) -> Iterator[httpx.Client]:
    with stack.patient() as client:
        client.headers.update(ACTOR)
        yield client


@pytest.fixture(scope="module")
def card() -> int:
    return ABOVE + secrets.randbelow(ABOVE)


@pytest.fixture(scope="module")
def live(stack: RunningStack, api: httpx.Client, card: int) -> Iterator[int]:
    """A version that declines one card of the test, live on every replica; taken back after it."""
    before = version(api)
    name = f"e2e_{secrets.token_hex(4)}"
    rule = {"kind": "list", "code": "e2e", "of": "customer", "list": name, "then": "decline"}
    draft = post(api, "/v1/rules", {"rules": [rule], "note": "e2e"})["version"]
    entry = {"of": "customer", "id": card, "why": "of a test"}
    post(api, f"/v1/lists/{name}", {"entries": [entry]})
    assert api.post(f"/v1/rules/{draft}/live", json={"why": "untested"}).status_code == 409
    found = post(api, f"/v1/rules/{draft}/test", {"payments": 200, "seconds": 5})
    assert found["payments"] > 0
    assert found["moves"] == []
    post(api, f"/v1/rules/{draft}/live", {"why": "e2e"})
    follow(stack, draft)
    yield draft
    post(api, f"/v1/rules/{before}/live", {"why": "end of the test"})
    follow(stack, before)
    taken = api.delete(f"/v1/lists/{name}/customer/{card}", params={"why": "end of the test"})
    assert taken.status_code == 204


def post(api: httpx.Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answered: dict[str, Any] = api.post(path, json=body).raise_for_status().json()
    return answered


def version(api: httpx.Client) -> int:
    versions = api.get("/v1/rules").raise_for_status().json()["versions"]
    return next((one["version"] for one in versions if one["state"] == "live"), 0)


def follow(stack: RunningStack, expected: int) -> None:
    """Every replica judges by this version, as each tells it."""

    def judges(told: str) -> bool:
        lines = [line for line in told.splitlines() if line.startswith("fraud_rules_live_version ")]
        return [float(line.split()[1]) for line in lines] == [float(expected)]

    def seen() -> bool:
        return all(map(judges, metrics(stack).values()))

    until(seen, within=timeouts.RULES, what=f"every replica judges by rules {expected}")


def test_a_live_rule_declines_on_every_replica_and_the_decision_tells_the_version(
    api: httpx.Client, live: int, card: int
) -> None:
    for _ in range(TOLD):
        told = payment(customer_id=card)
        answer = post(api, "/v1/score", told)
        assert (answer["decision"], answer["reasons"][0]["code"]) == ("decline", "rule:e2e")

    recorded = api.get(f"/v1/decisions/{told['transaction_id']}").raise_for_status().json()
    assert recorded["rules_version"] == live
    assert recorded["reasons"] == answer["reasons"]


def test_nobody_else_is_touched(api: httpx.Client, live: int) -> None:
    assert live
    assert post(api, "/v1/score", payment(amount="12.00"))["decision"] == "approve"


def test_what_was_live_and_what_was_audited_can_not_be_changed_in_the_database(
    stack: RunningStack, live: int
) -> None:
    for statement in (
        f"UPDATE rule_sets SET definition = '{{}}' WHERE version = {live}",  # noqa: S608
        f"DELETE FROM rule_sets WHERE version = {live}",  # noqa: S608
        "DELETE FROM rules_audit",
        "TRUNCATE rules_audit",
    ):
        with pytest.raises(KubectlError, match=r"was live|is evidence|only grows"):
            sql(stack, statement)


def test_the_audit_tells_who_did_what(api: httpx.Client, live: int) -> None:
    changes = api.get("/v1/audit").raise_for_status().json()["changes"]

    mine = [(one["actor"], one["action"]) for one in changes if one["subject"] == f"rules {live}"]
    assert mine == [("e2e", "live"), ("e2e", "test"), ("e2e", "draft")]


def test_an_approval_is_explained_on_demand(api: httpx.Client) -> None:
    told = payment(amount="12.00")
    post(api, "/v1/score", told)

    query = {"explain": "true"}
    found = api.get(f"/v1/decisions/{told['transaction_id']}", params=query).raise_for_status()

    recorded = found.json()
    assert recorded["reasons"] == []
    assert recorded["recomputed"]["score"] == pytest.approx(recorded["score"], abs=1e-6)
    assert len(recorded["recomputed"]["reasons"]) > 1


def test_decisions_are_exported_for_a_spreadsheet(api: httpx.Client) -> None:
    told = payment(amount="9000.00")
    declined = post(api, "/v1/score", told)
    since = declined["decided_at"][:19] + "Z"

    query = {"format": "csv", "decision": "decline", "since": since}
    text = api.get("/v1/decisions", params=query).raise_for_status().text

    rows = {row["transaction_id"]: row for row in csv.DictReader(io.StringIO(text))}
    assert rows[str(told["transaction_id"])]["reasons"].startswith(declined["reasons"][0]["text"])
