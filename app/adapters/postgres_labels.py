"""Labels in Postgres: each change in a table that only grows, the newest beside its payment.

A label that stands already is written once more beside its payment. A retry thus waits for its own
commit to be replicated, and with it for that of the first telling (see `postgres_decisions`).

What Redis has not been given yet waits in a table of its own. A label and its waiting are one
commit; who has put it into Redis strikes it out, unless a later label has taken its place.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import asyncpg

from app.adapters.postgres import Postgres
from app.ports.labels import Label, Told, UnknownPayments

PAGE: Final = 1000
"""Labels read at once: more would hold up the requests beside it."""

_LOCK: Final = """
SELECT transaction_id, terminal_id, extract(epoch FROM time)::bigint AS time
FROM transactions WHERE transaction_id = ANY($1::bigint[])
ORDER BY transaction_id  -- two requests lock what they share in the same order
FOR NO KEY UPDATE
"""
_STANDING: Final = """
SELECT DISTINCT ON (transaction_id) transaction_id, label_id, fraud, source, told_at
FROM labels WHERE transaction_id = ANY($1::bigint[])
ORDER BY transaction_id, label_id DESC
"""
_NEWEST: Final = """
UPDATE transactions AS known SET fraud = given.fraud
FROM unnest($1::bigint[], $2::bool[]) AS given (transaction_id, fraud)
WHERE known.transaction_id = given.transaction_id
"""
_TELL: Final = """
WITH told AS (
    INSERT INTO labels (transaction_id, fraud, source)
    SELECT transaction_id, fraud, $3
    FROM unnest($1::bigint[], $2::bool[]) AS given (transaction_id, fraud)
    RETURNING transaction_id, label_id, fraud, source, told_at
), waiting AS (
    INSERT INTO labels_waiting (transaction_id, label_id)
    SELECT transaction_id, label_id FROM told
    ON CONFLICT (transaction_id) DO UPDATE SET label_id = excluded.label_id
)
SELECT transaction_id, label_id, fraud, source, told_at FROM told
"""

_COLUMNS: Final = """transaction_id, label_id, label.fraud, source, told_at, terminal_id,
    extract(epoch FROM time)::bigint AS time"""
_SINCE: Final = f"""
SELECT {_COLUMNS} FROM labels AS label JOIN transactions USING (transaction_id)
WHERE (told_at, label_id) > ($1, $2) ORDER BY told_at, label_id LIMIT {PAGE}
"""  # noqa: S608 (only constants of ours)
_WAITING: Final = f"""
SELECT {_COLUMNS} FROM labels_waiting JOIN labels AS label USING (transaction_id, label_id)
JOIN transactions USING (transaction_id) LIMIT {PAGE}
"""  # noqa: S608 (likewise)
_TAKEN: Final = """
WITH taken AS (
    SELECT transaction_id, label_id FROM labels_waiting
    JOIN unnest($1::bigint[], $2::bigint[]) AS done (transaction_id, label_id)
    USING (transaction_id, label_id)
    FOR UPDATE OF labels_waiting SKIP LOCKED  -- what changes just now goes on waiting
)
DELETE FROM labels_waiting AS waiting USING taken
WHERE waiting.transaction_id = taken.transaction_id AND waiting.label_id = taken.label_id
"""


class PostgresLabels:
    """The book of labels. Returning from `record` means: on two instances' disks."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def record(self, labels: Sequence[Label], source: str) -> Sequence[Told]:
        """See the port."""
        ids = [label.transaction_id for label in labels]
        session = self._postgres.session(writes=True)
        async with session as connection, connection.transaction():
            payments = {row["transaction_id"]: row for row in await connection.fetch(_LOCK, ids)}
            if unknown := sorted(set(ids) - set(payments)):
                raise UnknownPayments(unknown)
            # Asked once they are locked: no other telling comes in between.
            standing = {
                one["transaction_id"]: one for one in await connection.fetch(_STANDING, ids)
            }
            await connection.execute(_NEWEST, *_columns(labels))
            new = [label for label in labels if _differs(label, standing.get(label.transaction_id))]
            if new:
                told = await connection.fetch(_TELL, *_columns(new), source)
                standing |= {one["transaction_id"]: one for one in told}
        changed = {label.transaction_id for label in new}
        return [_told(payments[one], standing[one], changed=one in changed) for one in ids]

    async def since(self, moment: datetime) -> AsyncIterator[Sequence[Told]]:
        """All labels told from a moment on, page by page."""
        place = (moment, -1)
        while page := await self._page(_SINCE, *place):
            yield page
            place = (page[-1].told_at, page[-1].number)

    async def waiting(self) -> Sequence[Told]:
        """Labels that Redis has not taken."""
        return await self._page(_WAITING)

    async def taken(self, told: Sequence[Told]) -> None:
        """Redis has taken these."""
        ids = [one.label.transaction_id for one in told]
        async with self._postgres.session(writes=True) as connection:
            await connection.execute(_TAKEN, ids, [one.number for one in told])

    async def _page(self, query: str, *arguments: Any) -> Sequence[Told]:
        async with self._postgres.session() as connection:
            return [_told(row, row) for row in await connection.fetch(query, *arguments)]


def _columns(labels: Sequence[Label]) -> tuple[list[int], list[bool]]:
    return [one.transaction_id for one in labels], [one.fraud for one in labels]


def _differs(label: Label, standing: asyncpg.Record | None) -> bool:
    return standing is None or bool(standing["fraud"] != label.fraud)


def _told(payment: asyncpg.Record, label: asyncpg.Record, *, changed: bool = True) -> Told:
    return Told(
        label=Label(label["transaction_id"], label["fraud"]),
        number=label["label_id"],
        terminal_id=payment["terminal_id"],
        time=payment["time"],
        source=label["source"],
        told_at=label["told_at"].astimezone(UTC),
        changed=changed,
    )
