"""The decision log in Postgres.

One statement stores a payment and its decision, or finds what it stored before. Finding writes too
(it counts the telling). That is what makes a retry safe under synchronous replication: a commit
whose client went away while it waited for the second copy stands on the first instance alone, and
a retry that only read it would acknowledge what a failover can lose. A retry that writes has to
wait for its own commit to be replicated, and everything before it in the log is replicated then.

A payment is another one when any of its fields differs: then neither row is touched or returned,
and the transaction is rolled back.
"""

import json
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import UTC
from typing import Any, Final

import asyncpg

from app.adapters.money import cents_of, whole
from app.adapters.postgres import Postgres
from app.domain.reasons import Reason
from app.domain.scoring import Decision, Outcome
from app.domain.transactions import Transaction
from app.ports.decisions import Contradiction, Decided

_RECORD: Final = """
WITH given AS (
    SELECT transaction_id, customer_id, terminal_id, amount_cents, to_timestamp(at) AS time,
           decision, score, reasons, model_version, degraded, decided_at
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[],
                $7::float8[], $8::jsonb[], $9::text[], $10::bool[], $11::timestamptz[])
        AS row (transaction_id, customer_id, terminal_id, amount_cents, at,
                decision, score, reasons, model_version, degraded, decided_at)
    ORDER BY transaction_id  -- two batches lock what they share in the same order
), payment AS (
    INSERT INTO transactions AS known
        (transaction_id, customer_id, terminal_id, amount_cents, time, windowed)
    SELECT transaction_id, customer_id, terminal_id, amount_cents, time, $12::bool FROM given
    ON CONFLICT (transaction_id) DO UPDATE SET windowed = known.windowed OR excluded.windowed
        WHERE (known.customer_id, known.terminal_id, known.amount_cents, known.time)
            = (excluded.customer_id, excluded.terminal_id, excluded.amount_cents, excluded.time)
    RETURNING transaction_id
)
INSERT INTO decisions AS known
    (transaction_id, decision, score, reasons, model_version, degraded, decided_at)
SELECT transaction_id, decision, score, reasons, model_version, degraded, decided_at
FROM given JOIN payment USING (transaction_id)
ON CONFLICT (transaction_id) DO UPDATE SET times_told = known.times_told + 1
RETURNING transaction_id, decision, score, reasons, model_version, degraded, decided_at
"""

_STANDING: Final = """
SELECT transaction_id, customer_id, terminal_id, amount_cents,
       extract(epoch FROM time)::bigint AS time
FROM transactions WHERE transaction_id = ANY($1::bigint[])
"""


class PostgresDecisions:
    """Decisions beside their payments. Returning from `record` means: on two instances' disks."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    def check(self) -> None:
        """See the port."""
        self._postgres.check_writes()

    async def record(self, decided: Sequence[Decided], *, windowed: bool) -> Sequence[Decided]:
        """Record all or none; see the port."""
        columns = zip(*map(_row, decided), strict=True)
        async with self._postgres.session(writes=True) as connection:
            rows = await _record(connection, [*map(list, columns), windowed])
        standing = {row["transaction_id"]: row for row in rows}
        return [_standing(one.payment, standing[one.payment.transaction_id]) for one in decided]


async def _record(connection: asyncpg.Connection, columns: list[Any]) -> list[asyncpg.Record]:
    """A single payment needs no transaction around its statement, and saves two round trips."""
    several = len(columns[0]) > 1
    async with connection.transaction() if several else nullcontext():
        rows: list[asyncpg.Record] = await connection.fetch(_RECORD, *columns)
        await _refuse_others(connection, columns[0], rows)
        return rows


async def _refuse_others(
    connection: asyncpg.Connection, ids: list[int], rows: list[asyncpg.Record]
) -> None:
    others = set(ids) - {row["transaction_id"] for row in rows}
    if others:
        standing = await connection.fetch(_STANDING, sorted(others))
        raise Contradiction([_payment(row) for row in standing])


def _row(decided: Decided) -> tuple[Any, ...]:
    payment, decision = decided.payment, decided.decision
    reasons = [[one.code, one.text, one.contribution] for one in decision.reasons]
    return (
        payment.transaction_id,
        payment.customer_id,
        payment.terminal_id,
        cents_of(payment.amount),
        payment.time,
        decision.outcome.value,
        decision.score,
        json.dumps(reasons),
        decision.model_version,
        decided.degraded,
        decided.decided_at,
    )


def _standing(payment: Transaction, row: asyncpg.Record) -> Decided:
    reasons = tuple(Reason(*one) for one in json.loads(row["reasons"]))
    decision = Decision(Outcome(row["decision"]), row["score"], reasons, row["model_version"])
    return Decided(payment, decision, row["degraded"], row["decided_at"].astimezone(UTC))


def _payment(row: asyncpg.Record) -> Transaction:
    ids = row["transaction_id"], row["customer_id"], row["terminal_id"]
    return Transaction(*ids, amount=whole(row["amount_cents"]), time=row["time"])
