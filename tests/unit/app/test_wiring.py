"""The adapters behind their ports."""

import httpx
import pytest
from pydantic import SecretStr

from app import wiring
from app.api.app import guarded
from app.api.edge import Lifecycle
from app.settings import ApiSettings
from tests.unit.app.adapters.postgres_fake import Connection, postgres

SETTINGS = ApiSettings(
    postgres_host="127.0.0.1",
    postgres_port=1,
    postgres_database="f",
    postgres_user="u",
    postgres_password=SecretStr("p"),
    redis_host="127.0.0.1",
    redis_port=1,
    api_key=SecretStr("0123456789abcdef"),
)
PAYMENT = {
    "transaction_id": 1,
    "customer_id": 7,
    "terminal_id": 9,
    "amount": "57.16",
    "time": "2018-08-08T00:01:14Z",
}


async def test_with_both_stores_away_it_starts_and_says_so() -> None:
    app = wiring.api(SETTINGS, Lifecycle())
    transport = httpx.ASGITransport(guarded(app, "0123456789abcdef"))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://fraud") as client,
    ):
        client.headers["X-API-Key"] = "0123456789abcdef"
        scored = await client.post("/v1/score", json=PAYMENT)
        ready = await client.get("/readyz")
        alive = await client.get("/healthz")

    assert (scored.status_code, scored.json()["error"]) == (503, "unavailable")
    assert "Retry-After" in scored.headers
    assert (ready.status_code, alive.status_code) == (503, 200)


@pytest.fixture
def database() -> tuple[wiring.Readiness, Connection]:
    database, connection, _ = postgres()
    return wiring.Readiness(database, lambda: None), connection


async def test_ready_means_postgres_answers_with_the_schema(
    database: tuple[wiring.Readiness, Connection],
) -> None:
    readiness, connection = database
    connection.answers = [None, "9999"]

    assert "run migrate" in str(await readiness.why_not())
    assert await readiness.why_not() is None


async def test_a_short_absence_of_postgres_does_not_empty_the_service(
    database: tuple[wiring.Readiness, Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    readiness, connection = database
    now = 100.0
    monkeypatch.setattr(wiring, "monotonic", lambda: now)
    connection.answers = [TimeoutError(), "9999", TimeoutError(), TimeoutError()]

    assert await readiness.why_not() is not None  # never seen yet
    assert await readiness.why_not() is None
    now += 14
    assert await readiness.why_not() is None
    now += 2
    assert await readiness.why_not() == "postgres: no answer in time"


async def test_not_ready_before_it_is_known_which_model_decides() -> None:
    database, connection, _ = postgres()
    connection.answers = ["9999", "9999"]
    unknown = ["which model?"]
    readiness = wiring.Readiness(database, lambda: unknown[0] if unknown else None)

    assert await readiness.why_not() == "which model?"
    unknown.clear()
    assert await readiness.why_not() is None
