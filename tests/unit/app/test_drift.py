"""The role `drift`: the last week of payments against the champion's training data."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr

from app import drift
from app.adapters import onnx_model
from app.adapters.postgres import Postgres
from app.adapters.postgres_payments import PostgresPayments
from app.domain.drift import reference
from app.domain.features import FEATURES, matrix
from app.domain.transactions import DAY, Transactions
from app.models import CHAMPION
from app.ports.models import Model
from app.settings import PostgresSettings
from tests.unit.app.adapters.postgres_fake import Connection, postgres

START = 1_533_686_400
COMMITTED = Model(CHAMPION, *onnx_model.read())


def payments(count: int = 3000, days: int = 14, seed: int = 1) -> Transactions:
    random = np.random.default_rng(seed)
    none = np.zeros(count, np.int64)
    return Transactions(
        ids=np.arange(count),
        customers=random.integers(0, 50, count),
        terminals=random.integers(0, 100, count),
        amounts=np.round(random.uniform(1, 100, count), 2),
        times=np.sort(START + random.integers(0, days * DAY, count)),
        scenarios=none,
    )


def known(given: Transactions) -> Model:
    """The committed model, had it been trained on the last week of these."""
    rows = matrix(given)[given.times > given.times.max() - 7 * DAY]
    scores = onnx_model.load().scorer.probabilities(rows)
    return Model(
        CHAMPION, dict(COMMITTED.card) | {"reference": reference(rows, scores)}, COMMITTED.artifact
    )


def test_the_week_that_a_model_was_trained_on_has_not_drifted() -> None:
    given = payments()
    run = drift.measured(known(given), given)

    assert set(run.psi) == {*FEATURES, "score"}
    assert max(run.psi.values()) == 0
    assert run.payments == (given.times > given.times.max() - 7 * DAY).sum()
    assert run.first is not None
    assert run.last == datetime.fromtimestamp(int(given.times[-1]), UTC)


def test_amounts_that_doubled_stand_out_in_what_is_told() -> None:
    given = payments()
    run = drift.measured(known(given), replace(given, amounts=given.amounts * 2))
    told = drift.told(run)

    assert run.psi["amount"] > 0.25
    assert run.psi["terminal_count_7d"] == 0
    assert any(line.split()[0::2] == ["amount", "drifted"] for line in told)
    assert any(line.split()[0::2] == ["terminal_count_7d", "stable"] for line in told)


@pytest.mark.parametrize("count", [0, 900])
def test_of_too_few_payments_nothing_is_told(count: int) -> None:
    given = payments(count)
    run = drift.measured(known(payments()), given)

    assert (run.psi, run.version) == ({}, CHAMPION)
    assert "nothing to tell" in drift.told(run)[1]


class Cursor:
    """A cursor over what the test answers."""

    def __init__(self, pages: list[list[tuple[int, ...]]]) -> None:
        self._pages = pages

    async def fetch(self, _: int) -> list[tuple[int, ...]]:
        return self._pages.pop(0) if self._pages else []


class Reading(Connection):
    pages: list[list[tuple[int, ...]]]

    async def cursor(self, query: str, days: int) -> Cursor:
        self.asked.append((query, (days,)))
        return Cursor(self.pages)


async def test_payments_come_page_by_page_as_columns() -> None:
    database, _, pool = postgres()
    reading = pool.connection = Reading()
    reading.pages = [[(1, 7, 9, 5716, 100, 0), (2, 7, 9, 1, 100, 1)], [(3, 8, 9, 0, 101, 0)]]

    found = await PostgresPayments(database).recent(44)
    none = await PostgresPayments(database).recent(44)

    assert found.ids.tolist() == [1, 2, 3]
    assert found.amounts.tolist() == [57.16, 0.01, 0]
    assert found.frauds.tolist() == [False, True, False]
    assert reading.asked[0][1] == (44,)
    assert len(none) == 0


def test_the_role_keeps_what_it_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    database, connection, _ = postgres()

    @asynccontextmanager
    async def connected(*_: object, **__: Any) -> AsyncIterator[object]:
        yield database

    async def recent(_: object, days: int) -> Transactions:
        assert days == 44
        return payments()

    monkeypatch.setattr(Postgres, "connected", connected)
    monkeypatch.setattr(PostgresPayments, "recent", recent)
    settings = PostgresSettings(
        postgres_host="h",
        postgres_database="d",
        postgres_user="u",
        postgres_password=SecretStr("p"),
    )
    drift.run(settings)

    (insert, row), *_ = connection.executed
    assert "INSERT INTO drift" in insert
    assert row[0] == CHAMPION
    assert "payments against the training data of" in capsys.readouterr().out
