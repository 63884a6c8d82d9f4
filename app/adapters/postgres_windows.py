"""The windows as Postgres can tell them: slower, and never wrong about what was recorded."""
# ruff: noqa: S608 (only constants of ours go into the statements' text)

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import asyncpg
import numpy as np

from app.adapters.money import cents_of
from app.adapters.pasts import customer_window, terminal_window
from app.adapters.postgres import Postgres
from app.domain.pasts import Past
from app.domain.transactions import DAY, Ints, Transaction
from app.domain.windows import CUSTOMER_DAYS, LABEL_DELAY, TERMINAL_DAYS

PAGE: Final = 50_000
"""Payments read at once: more would hold up the requests beside it."""
MISSED_PAGE: Final = 2_000
"""Payments struck out at once: a writing has no more patience than a request."""
_PAGE_SECONDS: Final = 30

_READ: Final = f"""
SELECT customer.ids, customer.times, customer.cents, terminal.ids, terminal.times, terminal.frauds
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) WITH ORDINALITY
    AS asked (customer_id, terminal_id, time, place),
LATERAL (
    SELECT array_agg(transaction_id), array_agg(extract(epoch FROM time)::bigint),
           array_agg(amount_cents)
    FROM transactions
    WHERE customer_id = asked.customer_id
      AND time > to_timestamp(asked.time - {CUSTOMER_DAYS * DAY})
      AND time <= to_timestamp(asked.time)
) AS customer (ids, times, cents),
LATERAL (
    SELECT array_agg(transaction_id), array_agg(extract(epoch FROM time)::bigint),
           array_agg(coalesce(fraud, false))
    FROM transactions
    WHERE terminal_id = asked.terminal_id
      AND time > to_timestamp(asked.time - {TERMINAL_DAYS * DAY})
      AND time <= to_timestamp(asked.time - {LABEL_DELAY * DAY})
) AS terminal (ids, times, frauds)
ORDER BY place
"""

_COLUMNS: Final = """transaction_id, customer_id, terminal_id, amount_cents,
    extract(epoch FROM time)::bigint AS at, coalesce(fraud, false) AS fraud"""
_RECORDED_SINCE: Final = f"""
SELECT {_COLUMNS}, recorded_at FROM transactions WHERE (recorded_at, transaction_id) > ($1, $2)
ORDER BY recorded_at, transaction_id LIMIT {PAGE}
"""
_MISSED: Final = f"""
SELECT transaction_id, customer_id, terminal_id, amount_cents,
       extract(epoch FROM time)::bigint AS at, false AS fraud  -- labels wait in their own queue
FROM transactions WHERE NOT windowed LIMIT {MISSED_PAGE}
"""

_NOW: Final = """
SELECT CASE WHEN pg_is_in_recovery()
    THEN (SELECT coalesce(max(recorded_at), to_timestamp(0)) FROM transactions)
    ELSE clock_timestamp() END
"""


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """Stored payments, as columns."""

    ids: list[int]
    customers: list[int]
    terminals: list[int]
    cents: list[int]
    times: list[int]
    frauds: list[bool]

    def __len__(self) -> int:
        return len(self.ids)


class PostgresWindows:
    """Pasts for a request, and pages of payments for filling Redis again."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def read(self, payments: Sequence[Transaction], at: Sequence[int]) -> list[Past]:
        """The pasts of the payments at these places, the earlier ones of the same call included."""
        asked = [payments[place] for place in at]
        columns = (
            [payment.customer_id for payment in asked],
            [payment.terminal_id for payment in asked],
            [payment.time for payment in asked],
        )
        async with self._postgres.session() as connection:
            rows = await connection.fetch(_READ, *columns)
        stored = dict(zip(at, rows, strict=True))
        by_customer: defaultdict[int, list[Transaction]] = defaultdict(list)
        by_terminal: defaultdict[int, list[Transaction]] = defaultdict(list)
        pasts = {}
        for place, payment in enumerate(payments):
            same_customer = by_customer[payment.customer_id]
            same_terminal = by_terminal[payment.terminal_id]
            if place in stored:
                pasts[place] = _past(payment, stored[place], same_customer, same_terminal)
            same_customer.append(payment)
            same_terminal.append(payment)
        return [pasts[place] for place in at]

    async def recorded_since(self, moment: datetime) -> AsyncIterator[Page]:
        """All payments recorded from a moment on, page by page."""
        place = (moment, -1)
        while rows := await self._fetch(_RECORDED_SINCE, *place):
            yield _page(rows)
            place = (rows[-1]["recorded_at"], rows[-1]["transaction_id"])

    async def missed(self) -> Page:
        """Payments that Redis has not taken: the next so many."""
        return _page(await self._fetch(_MISSED))

    async def taken(self, page: Page) -> None:
        """Redis has taken these."""
        async with self._postgres.session(writes=True) as connection:
            await connection.execute(
                "UPDATE transactions SET windowed = true"
                " WHERE transaction_id = ANY($1::bigint[]) AND NOT windowed",
                page.ids,
            )

    async def now(self) -> datetime:
        """By the clock that dates the records: what was recorded before can be read here.

        A copy of another region's database vouches for no more than its newest record.
        """
        async with self._postgres.session() as connection:
            moment: datetime = await connection.fetchval(_NOW)
            return moment

    async def copies(self) -> bool:
        """Whether this is a copy of another region's database, which only that one writes."""
        async with self._postgres.session() as connection:
            return bool(await connection.fetchval("SELECT pg_is_in_recovery()"))

    async def _fetch(self, query: str, *arguments: Any) -> list[asyncpg.Record]:
        """Pages are large, and nobody waits for them."""
        session = self._postgres.session(seconds=_PAGE_SECONDS)
        async with session as connection, connection.transaction():
            await connection.execute(f"SET LOCAL statement_timeout = '{_PAGE_SECONDS}s'")
            rows: list[asyncpg.Record] = await connection.fetch(query, *arguments)
        return rows


def _page(rows: Sequence[asyncpg.Record]) -> Page:
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(6)]
    return Page(*columns[:6])


def _past(
    payment: Transaction,
    row: asyncpg.Record,
    same_customer: Sequence[Transaction],
    same_terminal: Sequence[Transaction],
) -> Past:
    """What is stored, and what came earlier in the same call and is not stored yet."""
    spent = [(one.transaction_id, one.time, cents_of(one.amount)) for one in same_customer]
    ids, times, cents = _merged(row[0:3], spent)
    customer = customer_window(payment, ids, times, cents / 100)
    taken = [(one.transaction_id, one.time, 0) for one in same_terminal]
    ids, times, frauds = _merged(row[3:6], taken)
    return Past(customer, terminal_window(payment, ids, times, frauds > 0))


def _merged(stored: Sequence[Any], earlier: Sequence[tuple[int, int, int]]) -> tuple[Ints, ...]:
    """Events as three columns in order of time. Of one id the stored event counts."""
    events = {event[0]: event for event in earlier}
    events |= {event[0]: event for event in zip(*(column or () for column in stored), strict=True)}
    ordered = sorted(events.values(), key=lambda event: (event[1], event[0]))
    return tuple(np.array(ordered, np.int64).reshape(-1, 3).T)
