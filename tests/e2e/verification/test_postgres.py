"""The ledger: two copies, synchronous, encrypted on the wire, and an application without powers."""

import pytest

from app.adapters import schema
from tests.e2e.parts import HEALTHY, POSTGRES, STANDBY, postgres, sql
from tests.e2e.stack import RunningStack

POWERS = ["rolsuper", "rolcreaterole", "rolcreatedb", "rolreplication", "rolbypassrls"]


@pytest.fixture(scope="module")
def owner(stack: RunningStack) -> str:
    name: str = postgres(stack)["spec"]["bootstrap"]["initdb"]["owner"]
    return name


def test_both_instances_are_healthy(stack: RunningStack) -> None:
    status = postgres(stack)["status"]

    assert status["readyInstances"] == status["instances"] == 2
    assert status["phase"] == HEALTHY
    assert len(POSTGRES.pods(stack)) == 2


def test_the_standby_confirms_every_commit(stack: RunningStack) -> None:
    standbys = sql(stack, "SELECT state, sync_state FROM pg_stat_replication")
    settings = dict(
        sql(
            stack,
            "SELECT name, setting FROM pg_settings WHERE name IN"
            " ('synchronous_commit', 'synchronous_standby_names')",
        )
    )

    assert standbys in ([["streaming", "quorum"]], [["streaming", "sync"]])
    assert settings["synchronous_commit"] == "on"
    assert settings["synchronous_standby_names"].startswith("ANY 1")


def test_the_standby_is_a_standby(stack: RunningStack) -> None:
    assert sql(stack, "SELECT pg_is_in_recovery()", part=STANDBY) == [["t"]]


def test_the_applications_user_has_no_powers(stack: RunningStack, owner: str) -> None:
    columns = ", ".join(POWERS)
    asked = f"SELECT {columns} FROM pg_roles WHERE rolname = '{owner}'"  # noqa: S608 (our own names)

    assert sql(stack, asked) == [["f"] * len(POWERS)]


def test_every_connection_over_the_network_is_encrypted(stack: RunningStack, owner: str) -> None:
    seen = sql(
        stack,
        "SELECT a.usename, s.ssl, s.version FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid)"
        " WHERE a.client_addr IS NOT NULL",
    )

    assert owner in {user for user, _, _ in seen}
    assert {(ssl, version) for _, ssl, version in seen} <= {("t", "TLSv1.3"), ("t", "TLSv1.2")}


def test_the_schema_is_at_the_head_of_its_migrations(stack: RunningStack) -> None:
    assert sql(stack, "SELECT version_num FROM alembic_version") == [[schema.head()]]
