"""Rows of the restored database beside those of the one that serves.

A row that never changes and was written well before the newest restored one must be in both:
counts and checksums say so. Of the last minute the archive may lack some, as their transactions
were still open; but every row that was restored must be in the original, one by one.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from .errors import VerificationError

Connection = Any
"""psycopg2's, which has no types."""

SETTLED = timedelta(seconds=60)
"""How long a transaction may be open: what it writes has the time of its beginning."""

DIGEST = "md5(one::text)"
# A sum over all rows: the order does not matter, and every byte of them is read.
SUM = f"count(*), coalesce(sum(('x' || substr({DIGEST}, 1, 15))::bit(60)::bigint), 0)"


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table and its columns that never change."""

    name: str
    moment: str
    """The column that says when a row was written."""
    columns: tuple[str, ...]

    def newest(self, connection: Connection) -> datetime | None:
        """When its last row was written."""
        query = f"SELECT max({self.moment}) FROM {self.name}"  # noqa: S608 (the plan's own names)
        found: datetime | None = _rows(connection, query)[0][0]
        return found

    def sum(self, connection: Connection, before: datetime) -> tuple[int, str]:
        """How many rows were written before a moment, and a checksum of them."""
        count, total = _rows(connection, self._select(SUM, f"{self.moment} < %s"), before)[0]
        return count, str(total)

    def digests(self, connection: Connection, since: datetime, to: datetime) -> Iterator[str]:
        """The digest of each row that was written between two moments, in order."""
        between = f"{self.moment} >= %s AND {self.moment} <= %s"
        query = f'{self._select(DIGEST, between)} ORDER BY {DIGEST} COLLATE "C"'
        # A cursor of the server's: there may be more rows than this pod has memory for.
        with connection.cursor(name=f"late_{self.name}", withhold=True) as cursor:
            cursor.execute(query, (since, to))
            for (digest,) in cursor:
                yield digest

    def _select(self, what: str, where: str) -> str:
        columns = ", ".join(self.columns)
        return f"SELECT {what} FROM (SELECT {columns} FROM {self.name} WHERE {where}) AS one"  # noqa: S608


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What was found of one table."""

    table: str
    rows: int
    checksum: str
    """Of those that have settled."""
    lag_seconds: float
    """How much newer the newest row of the original was when the restore began."""

    def told(self) -> dict[str, Any]:
        """For the record."""
        return asdict(self)


def compared(
    table: Table, *, original: Connection, restored: Connection, seen: datetime | None
) -> Compared:
    """One table in both databases; a difference is an error.

    `seen` is the original's newest row when the restore began.
    """
    newest = table.newest(restored)
    if seen is None:
        return Compared(table=table.name, rows=0, checksum="0", lag_seconds=0)
    if newest is None:
        raise VerificationError(f"{table.name}: the original has rows, the restored one has none")
    settled = newest - SETTLED
    here, there = table.sum(original, settled), table.sum(restored, settled)
    if here[0] != there[0]:
        raise VerificationError(
            f"{table.name}: {there[0]} rows before {settled} were restored, {here[0]} are there"
        )
    if here[1] != there[1]:
        raise VerificationError(
            f"{table.name}: {here[0]} rows before {settled}, but their checksums differ"
        )
    late, strange = strangers(
        table.digests(restored, settled, newest), table.digests(original, settled, newest)
    )
    if strange:
        raise VerificationError(
            f"{table.name}: {strange} restored rows since {settled} are not in the original"
        )
    lag = max(0.0, (seen - newest).total_seconds())
    return Compared(
        table=table.name,
        rows=there[0] + late,
        checksum=there[1],
        lag_seconds=round(lag, 1),
    )


def strangers(restored: Iterator[str], original: Iterator[str]) -> tuple[int, int]:
    """How many digests there are, and how many of them the other has not. Both are in order."""
    total = strange = 0
    there = next(original, None)
    for digest in restored:
        total += 1
        while there is not None and there < digest:
            there = next(original, None)
        if there == digest:
            there = next(original, None)
        else:
            strange += 1
    return total, strange


def _rows(connection: Connection, query: str, *values: object) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
