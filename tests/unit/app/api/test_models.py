import base64
from datetime import UTC, datetime

import httpx
import numpy as np
import pytest

from app.domain.drift import FEWEST
from app.ports.models import Gate
from app.ports.shadow import Pairs
from tests.unit.app.memory import Service
from tests.unit.app.memory_models import CARD

ACTOR = {"X-Actor": "ann@bank"}


@pytest.fixture
def service() -> Service:
    return Service()


async def publish(
    client: httpx.AsyncClient, version: str, artifact: bytes = b"2000"
) -> httpx.Response:
    body = {
        "version": version,
        "card": dict(CARD),
        "artifact": base64.b64encode(artifact).decode(),
    }
    return await client.post("/v1/models", json=body, headers=ACTOR)


async def promote(
    client: httpx.AsyncClient, version: str, *, forced: bool = True
) -> httpx.Response:
    body = {"reason": "a trial", "forced": forced}
    return await client.post(f"/v1/models/{version}/promotion", json=body, headers=ACTOR)


async def roll_back(client: httpx.AsyncClient, **more: str) -> httpx.Response:
    body = {"reason": "it is worse", **more}
    return await client.post("/v1/models/rollback", json=body, headers=ACTOR)


async def test_a_model_is_published_promoted_and_rolled_back_with_its_history(
    service: Service,
) -> None:
    async with service.client() as client:
        published = await publish(client, "b")
        promoted = await promote(client, "b")
        back = await roll_back(client, expected="b")

    assert (published.status_code, published.json()["roles"]) == (201, {"champion": "amount-1"})
    assert promoted.json()["roles"] == {"champion": "b", "previous": "amount-1"}
    assert back.json()["roles"] == {"champion": "amount-1"}
    newest = back.json()["history"][1]
    assert newest == {
        "alias": "champion",
        "version": "amount-1",
        "kind": "rollback",
        "actor": "ann@bank",
        "reason": "it is worse",
        "at": "2018-08-08T00:00:00.000000+00:00",
    }


async def test_told_twice_a_rollback_changes_nothing_the_second_time(service: Service) -> None:
    async with service.client() as client:
        await publish(client, "b")
        await promote(client, "b")
        answers = [await roll_back(client) for _ in range(2)]
        now = await client.get("/v1/models")

    assert [answer.status_code for answer in answers] == [200, 409]
    assert answers[1].json()["error"] == "conflict"
    assert now.json()["roles"] == {"champion": "amount-1"}


async def test_without_a_gate_a_model_is_not_promoted_unless_forced(service: Service) -> None:
    async with service.client() as client:
        await publish(client, "b")
        refused = await promote(client, "b", forced=False)

    assert refused.status_code == 409
    assert "has not passed a gate" in refused.json()["detail"]


async def test_a_model_is_shown_with_its_card_and_its_gates(service: Service) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    checks = [{"check": "known frauds", "passed": False, "found": 2.0, "needed": "at least 100"}]
    service.models.gates_kept = [
        Gate("b", "amount-1", passed=False, checks=checks, judged_by="trainer", at=at)
    ]
    async with service.client() as client:
        await publish(client, "b")
        shown = (await client.get("/v1/models/b")).json()
        nobody = await client.get("/v1/models/nobody")

    assert shown["card"]["thresholds"] == {"review": 0.3, "decline": 0.6}
    (gate,) = shown["gates"]
    assert (gate["against"], gate["passed"], gate["checks"]) == ("amount-1", False, checks)
    assert gate["at"] == "2026-01-01T00:00:00.000000+00:00"
    assert nobody.status_code == 404


async def test_what_the_service_can_not_run_is_not_kept(service: Service) -> None:
    async with service.client() as client:
        broken = await publish(client, "b", b"broken")
        wild = await publish(client, "c", b"0.01")

    assert [one.status_code for one in (broken, wild)] == [422, 422]
    assert "gives 100" in wild.json()["detail"]
    assert service.models.kept == {}


async def test_a_model_that_is_not_there_is_not_found(service: Service) -> None:
    async with service.client() as client:
        answer = await promote(client, "nobody")

    assert answer.status_code == 404


@pytest.mark.parametrize("headers", [{}, {"X-Actor": " "}])
async def test_whoever_changes_something_says_who_it_is(
    service: Service, headers: dict[str, str]
) -> None:
    async with service.client() as client:
        answer = await client.post(
            "/v1/models/rollback", json={"reason": "no name"}, headers=headers
        )

    assert answer.status_code == 422
    assert "X-Actor" in answer.json()["detail"]


async def test_the_report_holds_the_challenger_against_the_champion(service: Service) -> None:
    count = FEWEST
    scores = np.linspace(0, 0.9, count)
    frauds = scores > 0.8
    service.results.columns = Pairs(
        times=np.arange(count) * 60,
        customers=np.arange(count) % 50,
        champion=scores,
        challenger=scores,
        frauds=frauds,
        labelled=np.ones(count, np.bool_),
    )
    async with service.client() as client:
        none = await client.get("/v1/models/challenger/report")
        await publish(client, "amount-1", b"1000")
        await publish(client, "b")
        body = {"version": "b", "reason": "a trial"}
        await client.post("/v1/models/challenger", json=body, headers=ACTOR)
        report = (await client.get("/v1/models/challenger/report")).json()

    assert none.status_code == 409
    assert (report["champion"], report["challenger"]) == ("amount-1", "b")
    assert report["outcomes"]["agreement"] == 1
    assert report["labelled"]["ap"]["difference"] == 0
    assert report["advice"] == "promote"
