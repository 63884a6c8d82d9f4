"""Every use of Postgres ends: with rows, with a fault of ours, or with `LogAway`."""

import asyncio
import ssl
from types import SimpleNamespace

import asyncpg
import certifi
import pytest
from pydantic import SecretStr

from app.adapters import postgres as module
from app.adapters.breaker import Breaker
from app.adapters.postgres import Postgres, target, tls
from app.ports.decisions import LogAway
from app.settings import PostgresSettings
from app.telemetry import Telemetry
from tests.unit.app.adapters.postgres_fake import postgres

SETTINGS = PostgresSettings(
    postgres_host="db",
    postgres_database="fraud",
    postgres_user="me",
    postgres_password=SecretStr("secret"),
)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ConnectionRefusedError("10.0.0.7:5432"), "postgres: out of reach"),
        (TimeoutError(), "postgres: no answer in time"),
        (asyncpg.CannotConnectNowError("starting"), "postgres: CannotConnectNowError"),
        (asyncpg.ReadOnlySQLTransactionError("demoted"), "ReadOnlySQLTransactionError"),
        (asyncpg.InterfaceError("closed"), "InterfaceError"),
        (asyncpg.InternalClientError("ended by the server"), "InternalClientError"),
    ],
)
async def test_an_outage_is_told_by_its_kind_alone(error: Exception, said: str) -> None:
    database, connection, pool = postgres()
    connection.answers = [error]

    with pytest.raises(LogAway, match=said) as away:
        async with database.session() as session:
            await session.fetch("SELECT 1")

    assert "10.0.0.7" not in str(away.value)
    assert pool.expired == 1


@pytest.mark.parametrize(
    "fault",
    [asyncpg.UndefinedColumnError("x"), asyncpg.CheckViolationError("x"), asyncpg.DataError("x")],
)
async def test_a_fault_of_ours_is_not_hidden_behind_a_retry(fault: Exception) -> None:
    database, connection, _ = postgres()
    connection.answers = [fault]

    with pytest.raises(type(fault)):
        async with database.session() as session:
            await session.fetch("SELECT 1")


async def test_what_takes_too_long_is_given_up() -> None:
    database, _, pool = postgres(seconds=0.01)

    with pytest.raises(LogAway, match="no answer in time"):
        async with database.session():
            await asyncio.sleep(5)

    assert pool.lent == 0


async def test_a_commit_that_did_not_wait_for_its_copy_is_not_acknowledged() -> None:
    database, connection, _ = postgres()
    connection.notices = [SimpleNamespace(sqlstate="01000")]

    with pytest.raises(LogAway, match="second copy"):
        async with database.session(writes=True) as session:
            await session.fetch("COMMIT")

    assert not connection.listeners


async def test_any_other_notice_is_none_of_our_business() -> None:
    database, connection, _ = postgres()
    connection.notices = [SimpleNamespace(sqlstate="00000")]

    async with database.session(writes=True) as session:
        await session.fetch("COMMIT")


async def test_while_writes_fail_reads_go_on_and_do_not_speak_for_them() -> None:
    database, connection, _ = postgres()
    database._writes = Breaker(pause=600)
    database.check_writes()
    for _ in range(3):
        connection.answers = [TimeoutError()]
        with pytest.raises(LogAway):
            async with database.session(writes=True) as session:
                await session.fetch("INSERT")
        async with database.session() as session:
            await session.fetch("SELECT 1")

    asked = len(connection.asked)
    with pytest.raises(LogAway, match="does not answer"):
        database.check_writes()
    with pytest.raises(LogAway, match="does not answer"):
        async with database.session(writes=True):
            pytest.fail("it was asked again")
    async with database.session() as session:
        await session.fetch("SELECT 1")
    assert len(connection.asked) == asked + 1


def test_with_an_authority_the_server_is_verified_by_name() -> None:
    assert tls("") is False
    context = tls(certifi.where())
    assert isinstance(context, ssl.SSLContext)
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED


def test_the_target_is_what_the_settings_say() -> None:
    assert target(SETTINGS) == {
        "host": "db",
        "port": 5432,
        "database": "fraud",
        "user": "me",
        "password": "secret",
        "ssl": False,
    }


class SlowPool:
    terminated = False

    async def close(self) -> None:
        await asyncio.sleep(5)

    def terminate(self) -> None:
        self.terminated = True


async def test_a_pool_that_does_not_close_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    pool, asked = SlowPool(), {}

    async def create_pool(**given: object) -> SlowPool:
        asked.update(given)
        await given["reset"](None)  # type: ignore[operator]
        return pool

    monkeypatch.setattr(asyncpg, "create_pool", create_pool)
    monkeypatch.setattr(module, "_CONNECT_SECONDS", 0.01)
    async with Postgres.connected(
        SETTINGS, Telemetry(), connections=3, seconds=2, prepared=False
    ) as database:
        assert isinstance(database, Postgres)

    assert pool.terminated
    assert (asked["min_size"], asked["max_size"], asked["statement_cache_size"]) == (0, 3, 0)
