"""The book of labels, as far as it is not SQL."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.adapters.postgres_labels import PostgresLabels
from app.ports.labels import Label, UnknownPayments
from tests.unit.app.adapters.postgres_fake import Row, postgres

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def known(number: int) -> Row:
    return {"transaction_id": number, "terminal_id": 9, "time": 1_533_686_400}


def label(number: int, *, fraud: bool, place: int = 1, source: str = "desk") -> Row:
    return {
        "transaction_id": number,
        "label_id": place,
        "fraud": fraud,
        "source": source,
        "told_at": NOW.astimezone(timezone(timedelta(hours=2))),
    }


async def test_a_first_label_is_told_in_one_transaction_and_comes_back() -> None:
    database, connection, _ = postgres()
    connection.answers = [[known(1)], [], [label(1, fraud=True)]]

    (told,) = await PostgresLabels(database).record([Label(1, fraud=True)], "desk")

    assert (told.label, told.number, told.changed) == (Label(1, fraud=True), 1, True)
    assert (told.terminal_id, told.time, told.source) == (9, 1_533_686_400, "desk")
    assert told.told_at == NOW
    assert told.told_at.tzinfo is UTC
    assert connection.asked[-1][1] == ([1], [True], "desk")
    assert connection.transactions == ["committed"]


async def test_a_label_that_stands_is_written_beside_its_payment_and_not_told_again() -> None:
    database, connection, _ = postgres()
    connection.answers = [[known(1)], [label(1, fraud=True, place=5, source="first")]]

    (told,) = await PostgresLabels(database).record([Label(1, fraud=True)], "second")

    assert (told.number, told.source, told.changed) == (5, "first", False)
    assert connection.executed[0][1] == ([1], [True])  # a retry waits for a commit of its own
    assert len(connection.asked) == 2


async def test_only_what_differs_is_told_and_the_answer_keeps_the_order() -> None:
    database, connection, _ = postgres()
    standing = [label(1, fraud=True, place=1), label(2, fraud=True, place=2)]
    connection.answers = [
        [known(1), known(2), known(3)],
        standing,
        [label(2, fraud=False, place=7), label(3, fraud=False, place=8)],
    ]

    given = [Label(3, fraud=False), Label(2, fraud=False), Label(1, fraud=True)]
    told = await PostgresLabels(database).record(given, "desk")

    assert [one.label for one in told] == given
    assert [one.changed for one in told] == [True, True, False]
    assert [one.number for one in told] == [8, 7, 1]
    assert connection.asked[-1][1] == ([3, 2], [False, False], "desk")


async def test_an_unknown_payment_rolls_everything_back_and_is_named() -> None:
    database, connection, _ = postgres()
    connection.answers = [[known(2)]]

    with pytest.raises(UnknownPayments, match="no payment has these ids") as unknown:
        await PostgresLabels(database).record([Label(n, fraud=True) for n in (3, 2, 1)], "desk")

    assert unknown.value.unknown == [1, 3]
    assert not connection.executed
    assert connection.transactions == ["rolled back"]


async def test_pages_go_on_where_the_last_one_ended() -> None:
    database, connection, _ = postgres()
    first, second = label(1, fraud=True, place=4), label(2, fraud=False, place=6)
    connection.answers = [[known(1) | first], [known(2) | second], []]

    pages = [page async for page in PostgresLabels(database).since(NOW)]

    assert [[one.number for one in page] for page in pages] == [[4], [6]]
    assert [arguments for _, arguments in connection.asked] == [(NOW, -1), (NOW, 4), (NOW, 6)]


async def test_what_waits_is_struck_out_by_payment_and_number() -> None:
    database, connection, _ = postgres()
    connection.answers = [[known(1) | label(1, fraud=True, place=4)]]
    book = PostgresLabels(database)

    waiting = await book.waiting()
    await book.taken(waiting)

    assert [one.label for one in waiting] == [Label(1, fraud=True)]
    assert connection.executed[0][1] == ([1], [4])
