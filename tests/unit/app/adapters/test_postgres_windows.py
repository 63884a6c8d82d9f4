"""Pasts and pages from Postgres, as far as they are not SQL."""

from datetime import UTC, datetime

from app.adapters.postgres_windows import Page, PostgresWindows
from app.domain.transactions import DAY
from tests.unit.app.adapters.postgres_fake import Row, postgres
from tests.unit.app.memory import payment

NOON = 1_533_729_600
NOTHING = (None, None, None, None, None, None)


async def test_what_is_stored_is_the_past_in_order_of_time_without_the_payment_itself() -> None:
    database, connection, _ = postgres()
    connection.answers = [[([3, 1, 2], [NOON, NOON - 9, NOON], [300, 100, 200], [8], [5], [True])]]

    (past,) = await PostgresWindows(database).read([payment(3, time=NOON)], [0])

    assert past.customer.times.tolist() == [NOON - 9, NOON]
    assert past.customer.amounts.tolist() == [1.0, 2.0]
    assert past.terminal.frauds.tolist() == [True]


async def test_earlier_payments_of_the_same_call_count_once() -> None:
    database, connection, _ = postgres()
    stored = ([1], [NOON], [5716], None, None, None)
    connection.answers = [[NOTHING, stored, NOTHING]]
    told = [
        payment(1, time=NOON),
        payment(2, time=NOON + 1),
        payment(3, time=NOON + 1, customer_id=8),
    ]

    pasts = await PostgresWindows(database).read(told, range(3))

    assert [past.customer.times.tolist() for past in pasts] == [[], [NOON], []]


async def test_a_terminal_sees_an_earlier_payment_of_the_call_a_week_later() -> None:
    database, connection, _ = postgres()
    connection.answers = [[NOTHING, NOTHING]]
    told = [payment(1, time=NOON), payment(2, time=NOON + 7 * DAY)]

    _, second = await PostgresWindows(database).read(told, range(2))

    assert second.terminal.at(NOON + 7 * DAY)[0] == 1


async def test_only_the_asked_ones_are_read_but_all_earlier_ones_count() -> None:
    database, connection, _ = postgres()
    connection.answers = [[NOTHING]]

    (past,) = await PostgresWindows(database).read([payment(n) for n in (1, 2, 3)], [2])

    assert len(past.customer.times) == 2
    assert connection.asked[0][1][0] == [7]


def stored(number: int, recorded_at: datetime) -> Row:
    values = (number, 7, 9, 5716, NOON, False, recorded_at)
    return Named({"transaction_id": number, "recorded_at": recorded_at}, values)


class Named(Row):
    """A record: its values in order, some also by name."""

    def __init__(self, names: Row, values: tuple[object, ...]) -> None:
        super().__init__(names)
        self._values = values

    def __iter__(self):  # type: ignore[no-untyped-def] # noqa: ANN204
        return iter(self._values)


async def test_pages_go_on_where_the_last_one_ended() -> None:
    database, connection, _ = postgres()
    first, second = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    connection.answers = [[stored(4, first), stored(5, second)], [stored(6, second)], []]

    pages = [page async for page in PostgresWindows(database).recorded_since(first)]

    assert [page.ids for page in pages] == [[4, 5], [6]]
    assert (pages[0].cents, pages[0].times) == ([5716, 5716], [NOON, NOON])
    assert [arguments for _, arguments in connection.asked] == [
        (first, -1),
        (second, 5),
        (second, 6),
    ]


async def test_a_page_of_nothing_is_empty() -> None:
    database, _, _ = postgres()

    assert len(await PostgresWindows(database).missed()) == 0


async def test_what_redis_took_is_no_longer_flagged() -> None:
    database, connection, _ = postgres()

    await PostgresWindows(database).taken(Page([1, 2], [], [], [], [], []))

    assert connection.executed[0][1] == ([1, 2],)


async def test_the_time_is_that_of_the_records() -> None:
    database, connection, _ = postgres()
    connection.answers = [moment := datetime(2026, 1, 1, tzinfo=UTC)]

    assert await PostgresWindows(database).now() == moment
