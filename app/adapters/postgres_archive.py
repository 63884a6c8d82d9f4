"""Recorded decisions, read in the order of recording.

That order has its index already (it fills Redis again), so exports cost the writing path nothing.
A page looks at a bounded number of payments, however rare the decisions are that it is asked for.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import asyncpg

from app.adapters.postgres import Postgres
from app.adapters.postgres_rows import decided_of, payment_of
from app.domain.scoring import Outcome
from app.domain.transactions import Transaction
from app.ports.archive import Archived, Excerpt, Known, Place

_LOOKED_AT: Final = 20_000

_PAYMENT: Final = """transaction_id, customer_id, terminal_id, amount_cents,
    extract(epoch FROM time)::bigint AS at, fraud, recorded_at"""
_DECISION: Final = f"""{_PAYMENT},
    decision, score, reasons, model_version, rules_version, degraded, decided_at"""
_FIND: Final = f"""
SELECT {_DECISION} FROM transactions JOIN decisions USING (transaction_id)
WHERE transaction_id = $1
"""  # noqa: S608 (ours)
_END: Final = """
SELECT recorded_at, transaction_id FROM transactions
WHERE (recorded_at, transaction_id) > ($1, $2) AND recorded_at < $3
ORDER BY recorded_at, transaction_id OFFSET $4 LIMIT 1
"""
_PAGE: Final = f"""
SELECT {_DECISION} FROM transactions JOIN decisions USING (transaction_id)
WHERE (recorded_at, transaction_id) > ($1, $2) AND (recorded_at, transaction_id) <= ($3, $4)
  AND recorded_at < $5 AND decision = ANY($6::text[])
ORDER BY recorded_at, transaction_id LIMIT $7
"""  # noqa: S608
_LATEST: Final = f"""
SELECT {_PAYMENT} FROM transactions WHERE (recorded_at, transaction_id) < ($1, $2)
ORDER BY recorded_at DESC, transaction_id DESC LIMIT $3
"""  # noqa: S608
_LAST_ID: Final = 2**63 - 1


class PostgresArchive:
    """See the port `Archive`."""

    def __init__(self, postgres: Postgres, *, looked_at: int = _LOOKED_AT) -> None:
        self._postgres = postgres
        self._looked_at = looked_at

    async def find(self, transaction_id: int) -> Archived | None:
        """See the port."""
        async with self._postgres.session() as connection:
            rows = await connection.fetch(_FIND, transaction_id)
        return _archived(rows[0]) if rows else None

    async def page(
        self, after: Place, until: datetime, outcomes: Sequence[Outcome], limit: int
    ) -> Excerpt:
        """See the port."""
        async with self._postgres.session() as connection:
            ends = await connection.fetch(_END, *after, until, self._looked_at - 1)
            end = Place(*ends[0]) if ends else None
            bounds = (*after, *(end or (until, _LAST_ID)), until)
            kinds = [outcome.value for outcome in outcomes]
            rows = await connection.fetch(_PAGE, *bounds, kinds, limit)
        found = [_archived(row) for row in rows]
        return Excerpt(found, found[-1].place if len(found) == limit else end)

    async def latest(self, before: Place, limit: int) -> Sequence[Known]:
        """See the port."""
        async with self._postgres.session() as connection:
            rows = await connection.fetch(_LATEST, *before, limit)
        return [Known(_payment(row), row["fraud"], _place(row)) for row in rows]


def _archived(row: asyncpg.Record) -> Archived:
    return Archived(decided_of(_payment(row), row), row["fraud"], _place(row))


def _payment(row: asyncpg.Record) -> Transaction:
    return payment_of(row, time=row["at"])


def _place(row: asyncpg.Record) -> Place:
    return Place(row["recorded_at"].astimezone(UTC), row["transaction_id"])
