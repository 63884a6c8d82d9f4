"""The decision log, as far as it is not SQL."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

from app.adapters.postgres import Postgres
from app.adapters.postgres_decisions import PostgresDecisions
from app.domain.reasons import Reason
from app.domain.scoring import Decision, Outcome
from app.ports.decisions import Contradiction, Decided, Standing
from tests.unit.app.adapters.postgres_fake import Row, postgres
from tests.unit.app.memory import payment

NOW = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
REASON = Reason("amount", "amount 57.16", 1 / 3)


def decided(number: int) -> Decided:
    decision = Decision(Outcome.REVIEW, 0.1 + 0.2, (REASON,), "m1", 2)
    return Decided(payment(number), decision, degraded=False, decided_at=NOW)


def row(number: int, **changes: object) -> Row:
    return {
        "transaction_id": number,
        "decision": "review",
        "score": 0.1 + 0.2,
        "reasons": json.dumps([["amount", "amount 57.16", 1 / 3]]),
        "model_version": "m1",
        "rules_version": 2,
        "degraded": False,
        "decided_at": NOW.astimezone(timezone(timedelta(hours=2))),
    } | changes


def new(number: int) -> Row:
    """What comes back of a payment that was not there before."""
    return dict.fromkeys(row(number)) | {"transaction_id": number}


OTHER = {"transaction_id": 2, "customer_id": 5, "terminal_id": 6, "amount_cents": 1, "time": 9}
"""What stands under the id 2."""


async def recorded(
    database: Postgres, *groups: Sequence[Decided], windowed: bool = True
) -> Sequence[Standing]:
    return await PostgresDecisions(database).record(groups, windowed=windowed)


async def standing_of(database: Postgres, one: Decided) -> Decided:
    (answer,) = await recorded(database, [one])
    assert not isinstance(answer, Contradiction)
    return answer[0]


async def test_what_is_stored_comes_back_as_it_was() -> None:
    database, connection, _ = postgres()
    connection.answers = [[row(1)]]

    standing = await standing_of(database, decided(1))

    assert standing == decided(1)
    assert standing.decided_at.tzinfo is UTC


async def test_what_is_new_is_answered_as_it_was_given() -> None:
    database, connection, _ = postgres()
    connection.answers = [[new(1)]]

    standing = await standing_of(database, given := decided(1))

    assert standing is given


async def test_single_payments_are_one_statement_and_another_payment_is_named_in_its_place() -> (
    None
):
    database, connection, _ = postgres()
    connection.answers = [[new(1), row(3)], [OTHER]]

    third, first, second = await recorded(database, *([decided(number)] for number in (3, 1, 2)))

    assert (third, first) == ([decided(3)], [decided(1)])
    assert isinstance(second, Contradiction)
    assert second.standing == [payment(2, amount=0.01, customer_id=5, terminal_id=6, time=9)]
    assert not connection.transactions


async def test_what_stood_before_is_what_is_answered() -> None:
    database, connection, _ = postgres()
    connection.answers = [[row(1, decision="decline", score=0.9, model_version="m0")]]

    standing = await standing_of(database, decided(1))

    assert standing.decision.outcome is Outcome.DECLINE
    assert (standing.decision.score, standing.decision.model_version) == (0.9, "m0")


async def test_a_single_payment_is_one_statement_without_a_transaction_around_it() -> None:
    database, connection, _ = postgres()
    connection.answers = [[row(1)]]

    await recorded(database, [decided(1)], windowed=False)

    assert len(connection.asked) == 1
    assert not connection.transactions
    *columns, windowed = connection.asked[0][1]
    assert [column[0] for column in columns[:5]] == [1, 7, 9, 5716, 1_533_686_475]
    assert windowed is False


async def test_a_batch_is_one_transaction_with_its_neighbours_answered_in_its_order() -> None:
    database, connection, _ = postgres()
    connection.answers = [[row(1), row(2), row(3), row(4)]]

    batch, single = await recorded(database, [decided(it) for it in (3, 1, 2)], [decided(4)])

    assert batch == [decided(3), decided(1), decided(2)]
    assert single == [decided(4)]
    assert len(connection.asked) == 1
    assert connection.transactions == ["committed"]


async def test_a_contradiction_rolls_the_batch_back_and_names_what_stands() -> None:
    database, connection, _ = postgres()
    connection.answers = [[row(1)], [OTHER]]

    (standing,) = await recorded(database, [decided(1), decided(2)])

    assert isinstance(standing, Contradiction)
    assert standing.standing == [payment(2, amount=0.01, customer_id=5, terminal_id=6, time=9)]
    assert connection.transactions == ["rolled back"]


async def test_neighbours_of_a_batch_that_is_rolled_back_are_recorded_without_it() -> None:
    database, connection, _ = postgres()
    connection.answers = [[row(1), row(3)], [OTHER], [row(1)], [OTHER], [row(3)]]

    torn, single = await recorded(database, [decided(1), decided(2)], [decided(3)])

    assert isinstance(torn, Contradiction)
    assert single == [decided(3)]
    assert connection.transactions == ["rolled back", "rolled back"]


def test_a_log_that_is_not_known_to_be_away_may_be_asked() -> None:
    database, _, _ = postgres()

    PostgresDecisions(database).check()
