"""The ledger: two copies, synchronous, encrypted on the wire, and an application without powers."""

import pytest

from app.adapters import schema
from tests.e2e import timeouts
from tests.e2e.parts import HEALTHY, POSTGRES, STANDBY, postgres, sql
from tests.e2e.stack import RunningStack
from tests.e2e.waiting import until

POWERS = ["rolsuper", "rolcreaterole", "rolcreatedb", "rolreplication", "rolbypassrls"]


@pytest.fixture(scope="module")
def owner(stack: RunningStack) -> str:
    name: str = postgres(stack)["spec"]["bootstrap"]["initdb"]["owner"]
    return name


def test_both_instances_are_healthy(stack: RunningStack) -> None:
    def told() -> tuple[int, int, str, int]:
        status = postgres(stack)["status"]
        ready = status.get("readyInstances", 0)
        return ready, status["instances"], status["phase"], len(POSTGRES.pods(stack))

    healthy = (2, 2, HEALTHY, 2)
    until(lambda: told() == healthy, within=timeouts.RECOVERY, what="both instances are healthy")


def test_the_standby_confirms_every_commit(stack: RunningStack) -> None:
    def confirms() -> bool:
        standbys = sql(stack, "SELECT state, sync_state FROM pg_stat_replication")
        return standbys in ([["streaming", "quorum"]], [["streaming", "sync"]])

    until(confirms, within=timeouts.RECOVERY, what="one standby streams and confirms")
    settings = dict(
        sql(
            stack,
            "SELECT name, setting FROM pg_settings WHERE name IN"
            " ('synchronous_commit', 'synchronous_standby_names')",
        )
    )

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
