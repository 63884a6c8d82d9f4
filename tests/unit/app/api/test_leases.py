"""Without the lease nothing is acknowledged, whatever became of it."""

from typing import cast

import httpx
import pytest

from app.adapters.postgres import Postgres
from app.api.edge import Edge
from app.ports.decisions import LogAway
from app.telemetry import Telemetry
from tests.unit.app.adapters.postgres_fake import Pool
from tests.unit.app.api.test_scores import PAYMENT
from tests.unit.app.memory import KEY, MemoryLease, Service


async def lose_it_while_recording(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    record = service.log.record

    async def recorded(*given: object, **more: object) -> object:
        service.lease.held = False
        return await record(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(service.log, "record", recorded)


async def test_a_decision_that_was_recorded_too_late_is_not_acknowledged(
    service: Service, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lose_it_while_recording(service, monkeypatch)

    answer = await client.post("/v1/score", json=PAYMENT)

    assert service.log.recorded
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.json()["detail"] == (
        "nothing was acknowledged: this region does not hold the lease to acknowledge;"
        " tell it again under the same transaction_id"
    )


async def test_the_short_way_past_asgi_checks_it_too(
    service: Service, client: httpx.AsyncClient
) -> None:
    assert (await client.get("/healthz")).status_code == 200
    service.lease.held = False
    path = "/v1/score"
    headers = [(b"x-api-key", KEY.encode())]
    body = httpx.Request("POST", "http://fraud", json=PAYMENT).read()

    edge = cast("Edge", service.asgi)
    answer = await edge.answer(edge.directs[path], path, headers, body)

    assert answer.status == 503


async def test_what_goes_through_the_app_is_withheld_likewise(
    service: Service, client: httpx.AsyncClient
) -> None:
    stolen = {"entries": [{"of": "customer", "id": 7, "why": "reported stolen"}]}
    service.lease.held = False

    answer = await client.post("/v1/lists/stolen", json=stolen, headers={"X-Actor": "maria"})

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.json()["error"] == "unavailable"


async def test_questions_are_answered_without_it(
    service: Service, client: httpx.AsyncClient
) -> None:
    service.lease.held = False

    assert (await client.get("/healthz")).status_code == 200
    assert (await client.get("/v1/decisions")).status_code == 200


async def test_who_stands_before_the_regions_is_told_which_one_acknowledges(
    service: Service, client: httpx.AsyncClient
) -> None:
    assert (await client.get("/leadz")).status_code == 200
    service.lease.held = False
    assert (await client.get("/leadz")).status_code == 503


async def test_nothing_is_written_without_it_and_everything_can_be_read() -> None:
    lease, pool = MemoryLease(), Pool()
    postgres = Postgres(pool, seconds=1, telemetry=Telemetry(), lease=lease)
    lease.held = False

    async with postgres.session():
        pass
    with pytest.raises(LogAway, match="does not hold the lease"):
        async with postgres.session(writes=True):
            pass
    with pytest.raises(LogAway):
        postgres.check_writes()
    assert pool.lent == 0
