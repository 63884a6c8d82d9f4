from datetime import UTC, datetime, timedelta
from typing import Any, Self

import pytest

from components.verification_job.comparing import SETTLED, Table, compared
from components.verification_job.errors import VerificationError

NEWEST = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
TABLE = Table(name="decisions", moment="decided_at", columns=("transaction_id", "score"))


class Database:
    """A connection to a database with one table, which answers the two queries."""

    def __init__(self, newest: datetime | None, rows: int = 3, checksum: str = "17") -> None:
        self.newest, self.rows, self.checksum = newest, rows, checksum
        self.asked: list[tuple[str, tuple[Any, ...]]] = []

    def cursor(self) -> "Database":
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to close."""

    def execute(self, query: str, values: tuple[Any, ...]) -> None:
        self.asked.append((query, values))

    def fetchone(self) -> tuple[Any, ...]:
        query, _ = self.asked[-1]
        return (self.newest,) if "max(" in query else (self.rows, self.checksum)


def test_equal_rows_are_told_with_the_age_of_the_newest() -> None:
    seen = NEWEST + timedelta(seconds=90)

    found = compared(TABLE, original=Database(seen), restored=Database(NEWEST), seen=seen)

    assert found.told() == {
        "table": "decisions",
        "rows": 3,
        "checksum": "17",
        "lag_seconds": 90.0,
    }


def test_only_rows_that_have_settled_are_compared_and_only_columns_that_never_change() -> None:
    original = Database(NEWEST)

    compared(TABLE, original=original, restored=Database(NEWEST), seen=NEWEST)

    query, values = original.asked[-1]
    assert values == (NEWEST - SETTLED,)
    assert "SELECT transaction_id, score FROM decisions WHERE decided_at < %s" in query


@pytest.mark.parametrize(
    ("restored", "complaint"),
    [
        (Database(NEWEST, rows=2), "decisions: 2 rows before .* were restored, 3 are there"),
        (Database(NEWEST, checksum="18"), "decisions: 3 rows before .*, but their checksums"),
        (Database(None), "decisions: the original has rows, the restored one has none"),
    ],
)
def test_any_difference_is_an_error(restored: Database, complaint: str) -> None:
    with pytest.raises(VerificationError, match=complaint):
        compared(TABLE, original=Database(NEWEST), restored=restored, seen=NEWEST)


def test_a_table_without_rows_is_no_error() -> None:
    found = compared(TABLE, original=Database(None), restored=Database(None), seen=None)

    assert (found.rows, found.lag_seconds) == (0, 0)
