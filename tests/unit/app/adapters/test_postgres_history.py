from datetime import UTC, datetime

import numpy as np

from app.adapters.postgres_history import PostgresHistory
from app.domain.transactions import Transactions
from tests.unit.app.adapters.postgres_fake import postgres

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CHUNK = Transactions(
    ids=np.array([4, 5]),
    customers=np.array([1, 2]),
    terminals=np.array([3, 3]),
    amounts=np.array([57.16, 0.29]),
    times=np.array([100, 200]),
    scenarios=np.array([0, 3]),
)


async def test_a_chunk_is_copied_in_whole_cents_with_its_labels() -> None:
    database, connection, _ = postgres()
    connection.answers = [0]

    await PostgresHistory(database).load(CHUNK, NOW, last=False)

    assert connection.copied == [(4, 1, 3, 5716, 100, False), (5, 2, 3, 29, 200, True)]
    assert connection.transactions == ["committed"]


async def test_a_chunk_that_is_there_is_passed_over() -> None:
    database, connection, _ = postgres()
    connection.answers = [2]

    await PostgresHistory(database).load(CHUNK, NOW, last=False)

    assert not connection.copied


async def test_only_the_last_commit_waits_for_the_second_copy() -> None:
    for last in (False, True):
        database, connection, _ = postgres()
        connection.answers = [2]

        await PostgresHistory(database).load(CHUNK, NOW, last=last)

        told = any("synchronous_commit = local" in query for query, _ in connection.executed)
        assert told is not last
