"""Recorded decisions, as far as reading them is not SQL."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from app.adapters.postgres_archive import PostgresArchive
from app.domain.scoring import Outcome
from app.ports.archive import Place
from tests.unit.app.adapters.postgres_fake import Row, postgres
from tests.unit.app.memory import payment

NOW = datetime(2026, 1, 1, tzinfo=UTC)
START = Place(NOW, -1)
EVERY = list(Outcome)


def row(number: int, **changes: Any) -> Row:
    return {
        "transaction_id": number,
        "customer_id": 7,
        "terminal_id": 9,
        "amount_cents": 5716,
        "at": 1_533_686_474 + number,
        "fraud": None,
        "recorded_at": NOW + timedelta(seconds=number),
        "decision": "review",
        "score": 0.25,
        "reasons": json.dumps([["rule:large", "large", 0.0]]),
        "model_version": "m1",
        "rules_version": 4,
        "degraded": False,
        "decided_at": NOW,
    } | changes


async def test_a_decision_comes_back_with_its_payment_and_label() -> None:
    database, connection, _ = postgres()
    connection.answers = [[row(1, fraud=True)]]

    found = await PostgresArchive(database).find(1)

    assert found is not None
    assert found.decided.payment == payment(1)
    assert found.decided.decision.rules_version == 4
    assert found.decided.decision.reasons[0].code == "rule:large"
    assert (found.fraud, found.place) == (True, Place(NOW + timedelta(seconds=1), 1))


async def test_what_was_never_decided_is_not_found() -> None:
    database, _, _ = postgres()

    assert await PostgresArchive(database).find(1) is None


async def test_a_full_page_goes_on_after_its_last_decision() -> None:
    database, connection, _ = postgres()
    connection.answers = [[], [row(1), row(2)]]

    page = await PostgresArchive(database).page(START, NOW, EVERY, 2)

    assert page.next == Place(NOW + timedelta(seconds=2), 2)


async def test_a_page_of_rare_decisions_goes_on_after_the_last_payment_looked_at() -> None:
    database, connection, _ = postgres()
    looked_at = Place(NOW + timedelta(seconds=9), 9)
    connection.answers = [[looked_at], [row(1)]]

    page = await PostgresArchive(database, looked_at=9).page(START, NOW, EVERY[1:], 2)

    assert page.next == looked_at
    assert connection.asked[0][1][-1] == 8  # rows passed over: the ninth is the last one
    assert connection.asked[1][1][-2] == ["review", "decline"]


async def test_the_last_page_says_so() -> None:
    database, connection, _ = postgres()
    connection.answers = [[], [row(1)]]

    assert (await PostgresArchive(database).page(START, NOW, EVERY, 2)).next is None


async def test_the_latest_payments_need_no_decision() -> None:
    database, connection, _ = postgres()
    connection.answers = [[row(2, fraud=False), row(1)]]

    found = await PostgresArchive(database).latest(START, 2)

    assert [(one.payment.transaction_id, one.fraud) for one in found] == [(2, False), (1, None)]
