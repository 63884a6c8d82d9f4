"""Rules over HTTP, on books in memory."""

import asyncio
from typing import Any

import httpx
import pytest

from app.adapters.rules_keeper import RulesKeeper
from app.ports.rules import State
from tests.unit.app.memory import Service

DRAFT: dict[str, Any] = {
    "note": "large amounts",
    "rules": [
        {"kind": "amount", "code": "large", "more_than": 200, "then": "review"},
        {"kind": "list", "code": "vip", "of": "customer", "list": "vip", "then": "approve"},
    ],
}
MARIA = {"X-Actor": "maria"}
WHY = {"why": "agreed on Monday"}
PAYMENT = {"customer_id": 7, "terminal_id": 9, "time": "2018-08-08T00:01:14Z"}


async def score(client: httpx.AsyncClient, number: int, amount: float) -> dict[str, Any]:
    body = PAYMENT | {"transaction_id": number, "amount": amount}
    answer = (await client.post("/v1/score", json=body)).raise_for_status()
    decided: dict[str, Any] = answer.json()
    return decided


async def draft(client: httpx.AsyncClient, **changes: Any) -> int:
    answer = await client.post("/v1/rules", json=DRAFT | changes, headers=MARIA)
    number: int = answer.raise_for_status().json()["version"]
    return number


async def follow(service: Service) -> None:
    """What each replica does every second."""
    await RulesKeeper(service.rules, service.ruled, service.telemetry).look()


async def test_a_draft_judges_nothing(service: Service, client: httpx.AsyncClient) -> None:
    await draft(client)
    await follow(service)

    assert (await score(client, 1, 250))["decision"] == "approve"


async def test_a_draft_is_tried_on_what_came_before_it_goes_live(
    service: Service, client: httpx.AsyncClient
) -> None:
    for number, amount in enumerate((50, 250, 280, 400, 700), start=1):
        await score(client, number, amount)
    service.archive.frauds = {2: True, 3: False, 5: True}
    version = await draft(client)

    answer = await client.post(f"/v1/rules/{version}/test", json={}, headers=MARIA)

    found = answer.raise_for_status().json()
    assert (found["payments"], found["complete"], found["model_version"]) == (5, True, "amount-1")
    assert found["live"]["outcomes"] == {"approve": 3, "review": 1, "decline": 1}
    assert found["draft"]["outcomes"] == {"approve": 1, "review": 3, "decline": 1}
    (move,) = found["moves"]
    assert (move["was"], move["becomes"], move["samples"]) == ("approve", "review", [3, 2])
    assert (move["frauds"], move["genuine"], move["precision"]) == (1, 1, 0.5)
    large, vip = found["rules"]
    assert (large["payments"], large["alone"]["payments"], vip["payments"]) == (4, 2, 0)
    assert service.rules.versions[version].test == found


@pytest.mark.parametrize(
    ("model", "whose", "reviews"),
    [("amount-1", "of the draft", 1), ("another", "of the model", 0)],
)
async def test_thresholds_count_for_the_model_that_they_name(
    client: httpx.AsyncClient, model: str, whose: str, reviews: int
) -> None:
    await score(client, 1, 50)
    thresholds = [{"model": model, "review": 0.01, "decline": 0.9}]
    version = await draft(client, thresholds=thresholds)

    answer = await client.post(f"/v1/rules/{version}/test", json={}, headers=MARIA)

    found = answer.json()
    assert (found["thresholds"], found["draft"]["outcomes"]["review"]) == (whose, reviews)


async def test_while_a_test_runs_here_another_is_put_off(
    service: Service, client: httpx.AsyncClient
) -> None:
    for number in range(1, 100):
        await score(client, number, 50)
    path = f"/v1/rules/{await draft(client)}/test"

    asked = [client.post(path, json={}, headers=MARIA) for _ in range(2)]
    first, second = await asyncio.gather(*asked)

    assert {first.status_code, second.status_code} == {200, 503}
    put_off = first if first.status_code == 503 else second
    assert put_off.headers["Retry-After"] == "10"
    assert [change.action for change in service.rules.audited].count("test") == 1


async def test_a_tested_version_goes_live_and_judges(
    service: Service, client: httpx.AsyncClient
) -> None:
    version = await draft(client)
    await client.post(f"/v1/rules/{version}/test", json={}, headers=MARIA)

    answer = await client.post(f"/v1/rules/{version}/live", json=WHY, headers=MARIA)
    await follow(service)

    assert answer.json() == {"version": 1}
    decided = await score(client, 1, 250)
    assert decided["decision"] == "review"
    assert decided["reasons"][0]["code"] == "rule:large"
    assert service.log.recorded[1].decision.rules_version == 1


async def test_an_earlier_version_comes_back_without_another_test(
    service: Service, client: httpx.AsyncClient
) -> None:
    for more_than in (200, 300):
        rules = [DRAFT["rules"][0] | {"more_than": more_than}]
        version = await draft(client, rules=rules)
        body = WHY | {"forced": True}
        await client.post(f"/v1/rules/{version}/live", json=body, headers=MARIA)

    answer = await client.post("/v1/rules/1/live", json=WHY, headers=MARIA)

    assert answer.status_code == 200
    states = {number: one.state for number, one in service.rules.versions.items()}
    assert states == {1: State.LIVE, 2: State.RETIRED}


async def test_a_version_that_was_never_tested_is_refused(client: httpx.AsyncClient) -> None:
    version = await draft(client)

    answer = await client.post(f"/v1/rules/{version}/live", json=WHY, headers=MARIA)

    assert answer.status_code == 409
    assert answer.json() == {"error": "conflict", "detail": "rules 1 was not test-run"}


async def test_a_draft_is_written_again_until_it_is_live(client: httpx.AsyncClient) -> None:
    version = await draft(client)

    again = await client.put(f"/v1/rules/{version}", json={"note": "none"}, headers=MARIA)
    body = WHY | {"forced": True}
    await client.post(f"/v1/rules/{version}/live", json=body, headers=MARIA)
    late = await client.put(f"/v1/rules/{version}", json=DRAFT, headers=MARIA)

    assert again.json()["definition"]["rules"] == []
    assert late.status_code == 409


async def test_versions_are_listed_newest_first_page_by_page(client: httpx.AsyncClient) -> None:
    for note in ("a", "b", "c"):
        await draft(client, note=note)

    first = (await client.get("/v1/rules", params={"limit": 2})).json()
    rest = (await client.get("/v1/rules", params={"limit": 2, "before": first["next"]})).json()

    assert [one["note"] for one in first["versions"]] == ["c", "b"]
    assert [one["note"] for one in rest["versions"]] == ["a"]
    assert rest["next"] is None


async def test_a_version_is_read_as_it_was_written(client: httpx.AsyncClient) -> None:
    version = await draft(client)

    read = (await client.get(f"/v1/rules/{version}")).json()

    assert read["definition"]["rules"][0] == DRAFT["rules"][0] | {"words": ""}
    assert (read["author"], read["state"], read["test"]) == ("maria", "draft", None)


@pytest.mark.parametrize("path", ["/v1/rules/9", "/v1/decisions/9"])
async def test_what_is_not_there_is_said_to_be_missing(
    client: httpx.AsyncClient, path: str
) -> None:
    answer = await client.get(path)

    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    assert "9" in answer.json()["detail"]


@pytest.mark.parametrize("headers", [{}, {"X-Actor": ""}, {"X-Actor": "a\tb"}])
async def test_nobody_changes_anything_without_a_name(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await client.post("/v1/rules", json=DRAFT, headers=headers)

    assert answer.status_code == 422
    assert answer.json()["detail"].lower().startswith("x-actor: ")


async def test_a_wrong_rule_is_refused_by_its_place(client: httpx.AsyncClient) -> None:
    rules = [DRAFT["rules"][0], {"kind": "velocity", "code": "v", "then": "review"}]

    answer = await client.post("/v1/rules", json={"rules": rules}, headers=MARIA)

    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("rules.1.velocity.of: field required")


async def test_without_postgres_nothing_is_changed(
    service: Service, client: httpx.AsyncClient
) -> None:
    version = await draft(client)
    service.rules.away = True

    answer = await client.get(f"/v1/rules/{version}")

    assert (answer.status_code, answer.json()["error"]) == (503, "unavailable")


async def test_changes_are_told_newest_first_page_by_page(client: httpx.AsyncClient) -> None:
    version = await draft(client)
    await client.post(
        f"/v1/rules/{version}/live", json={"why": "now", "forced": True}, headers=MARIA
    )

    first = (await client.get("/v1/audit", params={"limit": 1})).json()
    rest = (await client.get("/v1/audit", params={"before": first["next"]})).json()

    assert [(one["action"], one["actor"], one["why"]) for one in first["changes"]] == [
        ("live", "maria", "now")
    ]
    assert [one["subject"] for one in rest["changes"]] == ["rules 1"]
    assert rest["next"] is None
