"""Pairs and drift, as far as they are not SQL."""

import asyncio
from datetime import UTC, datetime

import pytest

from app.adapters import drift_gauges
from app.adapters.drift_gauges import DriftGauges
from app.adapters.postgres_drift import PostgresDrift
from app.adapters.postgres_shadow import PostgresShadow
from app.ports.drift import DriftRun
from app.ports.shadow import Pair
from app.telemetry import Telemetry
from tests.unit.app.adapters.postgres_fake import postgres

AT = datetime(2026, 1, 1, tzinfo=UTC)
ROW = {"version": "a", "first": AT, "last": AT, "payments": 5000, "computed_at": AT}
RUN = DriftRun("a", AT, AT, 5000, {"amount": 0.3}, AT)


async def test_pairs_go_column_by_column_and_wait_for_no_second_copy() -> None:
    database, connection, _ = postgres()

    await PostgresShadow(database).keep("b", [Pair(1, "a", 0.1, 0.2), Pair(2, "a", 0.3, 0.4)])

    assert connection.executed[0][0] == "SET LOCAL synchronous_commit = off"
    assert connection.executed[1][1] == ("b", [1, 2], ["a", "a"], [0.1, 0.3], [0.2, 0.4])


async def test_pairs_come_back_as_columns() -> None:
    database, connection, _ = postgres()
    connection.answers = [[(100, 7, 0.1, 0.2, True, True), (101, 8, 0.3, 0.4, False, False)], []]
    shadow = PostgresShadow(database)

    some, none = [await shadow.pairs("a", "b", 10) for _ in range(2)]

    assert some.times.tolist() == [100, 101]
    assert some.challenger.tolist() == [0.2, 0.4]
    assert some.labelled.tolist() == [True, False]
    assert len(none.times) == 0


async def test_a_run_is_kept_and_what_is_old_goes() -> None:
    database, connection, _ = postgres()

    await PostgresDrift(database).add(RUN)

    assert connection.executed[0][1] == ("a", AT, AT, 5000, '{"amount": 0.3}', AT)
    assert [query.split()[0] for query, _ in connection.executed[1:]] == ["DELETE", "DELETE"]


async def test_the_last_run_is_shown_until_the_next_one() -> None:
    database, connection, _ = postgres()
    connection.answers = [
        None,
        ROW | {"psi": '{"amount": 0.3, "night": 0}'},
        ROW | {"psi": '{"night": 0.1}', "version": "b"},
    ]
    telemetry = Telemetry()
    gauges = DriftGauges(PostgresDrift(database), telemetry)

    await gauges.tend()
    assert "fraud_drift_psi{" not in telemetry.exposition().decode()
    await gauges.tend()
    assert 'fraud_drift_psi{feature="amount",version="a"} 0.3' in telemetry.exposition().decode()
    await gauges.tend()
    shown = telemetry.exposition().decode()
    assert [line for line in shown.splitlines() if line.startswith("fraud_drift_psi{")] == [
        'fraud_drift_psi{feature="night",version="b"} 0.1'
    ]
    assert "fraud_drift_payments 5000" in shown
    assert telemetry.drift_computed._value.get() == AT.timestamp()


async def test_what_can_not_be_read_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drift_gauges, "_PULSE", 0.001)
    database, connection, _ = postgres()
    connection.answers = [TimeoutError(), ValueError("of ours"), ROW | {"psi": '{"amount": 0.3}'}]
    telemetry = Telemetry()
    async with (
        DriftGauges(PostgresDrift(database), telemetry).watching(),
        asyncio.timeout(60),
    ):
        while not telemetry.drift_payments._value.get():  # noqa: ASYNC110 (a gauge has no event)
            await asyncio.sleep(0.001)

    assert "fraud_drift_payments 5000" in telemetry.exposition().decode()
