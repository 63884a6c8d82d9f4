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
from itertools import chain, islice
from typing import Any, Final

import asyncpg

from app.adapters.money import cents_of
from app.adapters.postgres import Postgres
from app.adapters.postgres_rows import decided_of, payment_of
from app.domain.reasons import Reason
from app.domain.transactions import Transaction
from app.ports.decisions import Contradiction, Decided, Standing

_RECORD: Final = """
WITH given AS (
    SELECT transaction_id, customer_id, terminal_id, amount_cents, to_timestamp(at) AS time,
           decision, score, reasons, model_version, rules_version, degraded, decided_at
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[],
                $7::float8[], $8::jsonb[], $9::text[], $10::int[], $11::bool[], $12::timestamptz[])
        AS row (transaction_id, customer_id, terminal_id, amount_cents, at,
                decision, score, reasons, model_version, rules_version, degraded, decided_at)
    ORDER BY transaction_id  -- two batches lock what they share in the same order
), payment AS (
    INSERT INTO transactions AS known
        (transaction_id, customer_id, terminal_id, amount_cents, time, windowed)
    SELECT transaction_id, customer_id, terminal_id, amount_cents, time, $13::bool FROM given
    ON CONFLICT (transaction_id) DO UPDATE SET windowed = known.windowed OR excluded.windowed
        WHERE (known.customer_id, known.terminal_id, known.amount_cents, known.time)
            = (excluded.customer_id, excluded.terminal_id, excluded.amount_cents, excluded.time)
    RETURNING transaction_id
), told AS (
    INSERT INTO decisions AS known
        (transaction_id, decision, score, reasons, model_version, rules_version, degraded,
         decided_at)
    SELECT transaction_id, decision, score, reasons, model_version, rules_version, degraded,
           decided_at
    FROM given JOIN payment USING (transaction_id)
    ON CONFLICT (transaction_id) DO UPDATE SET times_told = known.times_told + 1
    RETURNING *
)
SELECT transaction_id, before.*
FROM told LEFT JOIN LATERAL (  -- what is new comes back as its id alone
    SELECT decision, score, reasons, model_version, rules_version, degraded, decided_at
    WHERE times_told > 1
) AS before ON true
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

    async def record(
        self, groups: Sequence[Sequence[Decided]], *, windowed: bool
    ) -> Sequence[Standing]:
        """Each group all or none; see the port.

        One statement and one commit for all of them. Single payments need no transaction around
        it, and save two round trips.
        """
        async with self._postgres.session(writes=True) as connection:
            return await _stood(connection, groups, windowed=windowed)


async def _stood(
    connection: asyncpg.Connection, groups: Sequence[Sequence[Decided]], *, windowed: bool
) -> Sequence[Standing]:
    """Together, or each by a commit of its own where a batch among them may not stand."""
    try:
        return await _recorded(connection, groups, windowed=windowed)
    except _TornError as torn:
        if len(groups) == 1:
            return [torn.standing]
    return [(await _stood(connection, [one], windowed=windowed))[0] for one in groups]


class _TornError(Exception):
    """Of some batch only a part could be recorded, so all groups were rolled back."""

    def __init__(self, standing: Contradiction) -> None:
        super().__init__()
        self.standing = standing


async def _recorded(
    connection: asyncpg.Connection, groups: Sequence[Sequence[Decided]], *, windowed: bool
) -> Sequence[Standing]:
    batches = any(len(group) > 1 for group in groups)
    async with connection.transaction() if batches else nullcontext():
        found = iter(await _record(connection, list(chain(*groups)), windowed=windowed))
        answers = [_standing(list(islice(found, len(group)))) for group in groups]
        for group, answer in zip(groups, answers, strict=True):
            if len(group) > 1 and isinstance(answer, Contradiction):
                raise _TornError(answer)
    return answers


def _standing(found: Sequence[Decided | Transaction]) -> Standing:
    """What a group comes to."""
    others = [one for one in found if isinstance(one, Transaction)]
    return Contradiction(others) if others else [one for one in found if isinstance(one, Decided)]


async def _record(
    connection: asyncpg.Connection, decided: Sequence[Decided], *, windowed: bool
) -> list[Decided | Transaction]:
    """What stands of each, or the other payment that has its id."""
    columns = [list(column) for column in zip(*map(_row, decided), strict=True)]
    rows = await connection.fetch(_RECORD, *columns, windowed)
    before = {row["transaction_id"]: row for row in rows}
    others = await _others(connection, set(columns[0]).difference(before))
    return [
        others.get(one.payment.transaction_id) or _decided(one, before[one.payment.transaction_id])
        for one in decided
    ]


async def _others(connection: asyncpg.Connection, ids: set[int]) -> dict[int, Transaction]:
    """The payments that have these ids."""
    if not ids:
        return {}
    rows = await connection.fetch(_STANDING, sorted(ids))
    return {row["transaction_id"]: payment_of(row, time=row["time"]) for row in rows}


def _row(decided: Decided) -> tuple[Any, ...]:
    payment, decision = decided.payment, decided.decision
    return (
        payment.transaction_id,
        payment.customer_id,
        payment.terminal_id,
        cents_of(payment.amount),
        payment.time,
        decision.outcome.value,
        decision.score,
        _json(decision.reasons),
        decision.model_version,
        decision.rules_version,
        decided.degraded,
        decided.decided_at,
    )


def _json(reasons: Sequence[Reason]) -> str:
    """Most payments are approved, without any."""
    return (
        json.dumps([[one.code, one.text, one.contribution] for one in reasons]) if reasons else "[]"
    )


def _decided(given: Decided, row: asyncpg.Record) -> Decided:
    """What was given, unless something was decided before."""
    if row["decided_at"] is None:
        return given
    return decided_of(given.payment, row)
