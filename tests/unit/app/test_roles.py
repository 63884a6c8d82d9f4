"""`python -m app` and what it starts."""

import asyncio
import json
import logging
import signal
import subprocess
import sys
from contextlib import suppress

import httpx
import pytest
import structlog
import uvicorn

from app import __main__, backfill, drift, logs, server
from app.adapters import schema
from app.api.edge import Lifecycle
from app.settings import ApiSettings, PostgresSettings, StoreSettings, TrainSettings
from app.training import mirror, retrain
from tests.unit.app.api.test_scores import PAYMENT
from tests.unit.app.memory import KEY, Service


@pytest.fixture(autouse=True)
def keep_logging() -> object:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("POSTGRES_HOST", "POSTGRES_DATABASE", "POSTGRES_USER", "REDIS_HOST"):
        monkeypatch.setenv(f"FRAUD_{name}", "x")
    monkeypatch.setenv("FRAUD_POSTGRES_PASSWORD", "x")
    monkeypatch.setenv("FRAUD_API_KEY", "0123456789abcdef")


@pytest.mark.usefixtures("settings")
def test_each_role_starts_with_its_own_settings(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started: list[type] = []
    monkeypatch.setattr(server, "run", lambda given: started.append(type(given)))
    monkeypatch.setattr(backfill, "run", lambda given: started.append(type(given)))
    monkeypatch.setattr(drift, "run", lambda given: started.append(type(given)))
    monkeypatch.setattr(retrain, "run", lambda given: started.append(type(given)))
    monkeypatch.setattr(mirror, "run", lambda given: started.append(type(given)))
    monkeypatch.setattr(schema, "migrate", lambda _: "0001")
    roles = ("api", "backfill", "drift", "train", "registry", "migrate")

    assert [__main__.main([role]) for role in roles] == [0] * len(roles)
    assert started == [ApiSettings, StoreSettings, PostgresSettings, TrainSettings, TrainSettings]
    assert "schema at 0001" in capsys.readouterr().out


def test_without_its_settings_a_role_ends_with_one_line() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app", "api"], env={}, capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("error: api: FRAUD_POSTGRES_HOST: field required; ")
    assert "FRAUD_API_KEY: field required" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_logs_are_json_and_a_traceback_keeps_values_to_itself(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure()

    def fail(number: str) -> None:
        raise ValueError(f"a number of {len(number)} digits")

    try:
        fail("4111111111111111")
    except ValueError:
        structlog.get_logger("ours").exception("failed")
        logging.getLogger("theirs").exception("failed too")

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["logger"], line["level"]) for line in lines] == [
        ("ours", "error"),
        ("theirs", "error"),
    ]
    assert all(line["exception"][0]["exc_type"] == "ValueError" for line in lines)
    assert "4111111111111111" not in json.dumps(lines)


class Loop:
    def __init__(self) -> None:
        self.later: list[tuple[float, object]] = []

    def call_soon_threadsafe(self, call: object, *arguments: object) -> None:
        call(*arguments)  # type: ignore[operator]

    def call_later(self, seconds: float, call: object, *arguments: object) -> None:
        self.later.append((seconds, lambda: call(*arguments)))  # type: ignore[operator]


def draining_server() -> tuple[server.Server, Lifecycle, Loop]:
    lifecycle, loop = Lifecycle(), Loop()
    made = server.Server(uvicorn.Config("x"), lifecycle, drain_seconds=3)
    made._loop = loop  # type: ignore[assignment]
    return made, lifecycle, loop


def test_told_to_stop_it_drains_first() -> None:
    made, lifecycle, loop = draining_server()

    made.handle_exit(signal.SIGTERM, None)

    assert lifecycle.draining
    assert not made.should_exit
    ((seconds, stop),) = loop.later
    assert seconds == 3
    stop()  # type: ignore[operator]
    assert made.should_exit


async def test_while_it_stops_no_request_is_lost() -> None:
    service = Service()
    config = uvicorn.Config(service.asgi, port=0, log_config=None, lifespan="on")
    made = server.Server(config, service.lifecycle, drain_seconds=0.3)
    running = asyncio.create_task(made._serve())
    while not made.started:  # noqa: ASYNC110 (uvicorn has no event for it)
        await asyncio.sleep(0.01)
    port = made.servers[0].sockets[0].getsockname()[1]

    async def keep_asking() -> list[int]:
        statuses = []
        while True:
            async with httpx.AsyncClient(headers={"X-API-Key": KEY}) as client:
                with suppress(httpx.ConnectError):
                    for number in range(20):
                        body = PAYMENT | {"transaction_id": number}
                        answer = await client.post(f"http://127.0.0.1:{port}/v1/score", json=body)
                        statuses.append(answer.status_code)
                    continue
                return statuses

    askers = [asyncio.create_task(keep_asking()) for _ in range(4)]
    await asyncio.sleep(0.1)
    made.handle_exit(signal.SIGTERM, None)
    answered = await asyncio.gather(*askers)
    await running

    assert all(set(statuses) == {200} for statuses in answered)


def test_told_twice_or_interrupted_it_stops_at_once() -> None:
    twice, _, _ = draining_server()
    twice.handle_exit(signal.SIGTERM, None)
    twice.handle_exit(signal.SIGTERM, None)
    interrupted, _, _ = draining_server()
    interrupted.handle_exit(signal.SIGINT, None)

    assert twice.should_exit
    assert interrupted.should_exit
