"""Pairs of scores, kept beside the payments that they are of."""
# ruff: noqa: S608 (only constants of ours go into the statements' text)

from collections.abc import Sequence
from typing import Final

import numpy as np

from app.adapters.postgres import Postgres
from app.domain.windows import LABEL_DELAY
from app.ports.shadow import Pair, Pairs

_SECONDS: Final = 20

_KEEP: Final = """
INSERT INTO shadow_scores (challenger, transaction_id, champion, champion_score, score)
SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::float8[], $5::float8[])
ON CONFLICT DO NOTHING
"""
_PAIRS: Final = f"""
SELECT extract(epoch FROM time)::bigint AS at, customer_id, champion_score, score,
       coalesce(fraud, false) AS fraud,
       fraud IS NOT NULL OR time <= max(time) OVER () - interval '{LABEL_DELAY} days' AS labelled
FROM (
    SELECT transaction_id, champion_score, score FROM shadow_scores
    WHERE challenger = $2 AND champion = $1 ORDER BY scored_at DESC LIMIT $3
) AS latest JOIN transactions USING (transaction_id)
ORDER BY time, transaction_id
"""


class PostgresShadow:
    """See the port."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def keep(self, challenger: str, pairs: Sequence[Pair]) -> None:
        """Store them, on one instance: what a failover loses of them, nobody misses."""
        columns = [list(column) for column in zip(*pairs, strict=True)]
        session = self._postgres.session()
        async with session as connection, connection.transaction():
            await connection.execute("SET LOCAL synchronous_commit = off")
            await connection.execute(_KEEP, challenger, *columns)

    async def pairs(self, champion: str, challenger: str, most: int) -> Pairs:
        """See the port."""
        session = self._postgres.session(seconds=_SECONDS)
        async with session as connection, connection.transaction():
            await connection.execute(f"SET LOCAL statement_timeout = '{_SECONDS}s'")
            rows = await connection.fetch(_PAIRS, champion, challenger, most)
        columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(6)]
        return Pairs(
            times=np.array(columns[0], np.int64),
            customers=np.array(columns[1], np.int64),
            champion=np.array(columns[2], np.float64),
            challenger=np.array(columns[3], np.float64),
            frauds=np.array(columns[4], np.bool_),
            labelled=np.array(columns[5], np.bool_),
        )
