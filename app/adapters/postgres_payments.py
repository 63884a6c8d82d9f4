"""Recorded payments with what is known of them, for jobs that look at weeks at once."""

from typing import Any, Final

import numpy as np

from app.adapters.postgres import Postgres
from app.domain.transactions import Transactions

_SECONDS: Final = 300
_AT_ONCE: Final = 20_000

_RECENT: Final = """
SELECT transaction_id, customer_id, terminal_id, amount_cents,
       extract(epoch FROM time)::bigint, coalesce(fraud, false)::int
FROM transactions
WHERE time > (SELECT max(time) FROM transactions) - make_interval(days => $1)
ORDER BY time, transaction_id
"""


class PostgresPayments:
    """Reads through a cursor: behind a pooler of transactions that works too."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def recent(self, days: int) -> Transactions:
        """The payments of the days up to the newest one, in order of time; `scenarios` is 0 or 1.

        What nobody called a fraud counts as none. Of the last week that is not known yet.
        """
        pages: list[Any] = []
        session = self._postgres.session(seconds=_SECONDS)
        async with session as connection, connection.transaction():
            await connection.execute(f"SET LOCAL statement_timeout = '{_SECONDS}s'")
            await connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor = await connection.cursor(_RECENT, days)
            while rows := await cursor.fetch(_AT_ONCE):
                pages.append(np.array(rows, np.int64))
        table = np.concatenate(pages) if pages else np.empty((0, 6), np.int64)
        ids, customers, terminals, cents, times, frauds = (column.copy() for column in table.T)
        return Transactions(
            ids=ids,
            customers=customers,
            terminals=terminals,
            amounts=cents / 100,
            times=times,
            scenarios=frauds,
        )
