"""Payments from before this service, loaded in bulk."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

import numpy as np

from app.adapters.postgres import Postgres
from app.domain.transactions import Transactions

CHUNK: Final = 50_000
_SECONDS: Final = 60

_STAGE: Final = """
CREATE TEMP TABLE stage (transaction_id bigint, customer_id bigint, terminal_id bigint,
                         amount_cents bigint, at bigint, fraud bool) ON COMMIT DROP
"""
_MERGE: Final = """
INSERT INTO transactions (transaction_id, customer_id, terminal_id, amount_cents, time, fraud,
                          windowed, recorded_at)
SELECT transaction_id, customer_id, terminal_id, amount_cents, to_timestamp(at), fraud, true, $1
FROM stage ON CONFLICT DO NOTHING
"""
_PRESENT: Final = "SELECT count(*) FROM transactions WHERE transaction_id BETWEEN $1 AND $2"


class PostgresHistory:
    """Loads chunk by chunk, each in a transaction; a chunk that is there is passed over."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def load(self, chunk: Transactions, recorded_at: datetime, *, last: bool) -> None:
        """Store a chunk. Redis is expected to be filled from here afterwards."""
        ids = chunk.ids
        session = self._postgres.session(writes=True, seconds=_SECONDS)
        async with session as connection, connection.transaction():
            await connection.execute(f"SET LOCAL statement_timeout = '{_SECONDS}s'")
            await connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            if not last:
                # Nobody is told before the last chunk, whose commit waits for all before it too.
                await connection.execute("SET LOCAL synchronous_commit = local")
            present = await connection.fetchval(_PRESENT, int(ids.min()), int(ids.max()))
            if present < len(chunk):
                await connection.execute(_STAGE)
                await connection.copy_records_to_table("stage", records=_records(chunk))
                await connection.execute(_MERGE, recorded_at)


def _records(chunk: Transactions) -> Iterator[tuple[int, ...]]:
    cents = np.rint(chunk.amounts * 100).astype(np.int64)
    columns = chunk.ids, chunk.customers, chunk.terminals, cents, chunk.times, chunk.frauds
    return zip(*(column.tolist() for column in columns), strict=True)
