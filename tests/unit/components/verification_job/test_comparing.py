from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import pytest

from components.verification_job.comparing import SETTLED, Table, compared, strangers
from components.verification_job.errors import VerificationError

NEWEST = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
TABLE = Table(name="decisions", moment="decided_at", columns=("transaction_id", "score"))


class Database:
    """A connection to a database with one table, which answers the three queries."""

    def __init__(
        self,
        newest: datetime | None,
        rows: int = 3,
        checksum: str = "17",
        late: tuple[str, ...] = ("a", "b"),
    ) -> None:
        self.newest, self.rows, self.checksum, self.late = newest, rows, checksum, late
        self.asked: list[tuple[str, tuple[Any, ...]]] = []

    def cursor(self, **_: object) -> Self:
        return self

    def __iter__(self) -> Iterator[tuple[str]]:
        return iter([(one,) for one in self.late])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to close."""

    def execute(self, query: str, values: tuple[Any, ...]) -> None:
        self.asked.append((query, values))

    def fetchall(self) -> list[tuple[Any, ...]]:
        query, _ = self.asked[-1]
        if "max(" in query:
            return [(self.newest,)]
        return [(self.rows, self.checksum)]


def test_equal_rows_are_told_with_the_age_of_the_newest() -> None:
    seen = NEWEST + timedelta(seconds=90)

    found = compared(TABLE, original=Database(seen), restored=Database(NEWEST), seen=seen)

    assert found.told() == {"table": "decisions", "rows": 5, "checksum": "17", "lag_seconds": 90.0}


def test_sums_are_of_rows_that_have_settled_and_columns_that_never_change() -> None:
    original = Database(NEWEST)

    compared(TABLE, original=original, restored=Database(NEWEST), seen=NEWEST)

    query, values = original.asked[0]
    assert values == (NEWEST - SETTLED,)
    assert "SELECT transaction_id, score FROM decisions WHERE decided_at < %s" in query


def test_of_the_last_minute_the_archive_may_lack_some() -> None:
    found = compared(
        TABLE, original=Database(NEWEST), restored=Database(NEWEST, late=("b",)), seen=NEWEST
    )

    assert found.rows == 4


@pytest.mark.parametrize(
    ("restored", "original", "found"),
    [
        ("ace", "abcde", (3, 0)),
        ("", "abc", (0, 0)),
        ("abc", "", (3, 3)),
        ("aab", "ab", (3, 1)),
        ("bx", "abz", (2, 1)),
    ],
)
def test_a_row_that_the_other_has_not_is_counted(
    restored: str, original: str, found: tuple[int, int]
) -> None:
    assert strangers(iter(restored), iter(original)) == found


@pytest.mark.parametrize(
    ("restored", "complaint"),
    [
        (Database(NEWEST, rows=2), "decisions: 2 rows before .* were restored, 3 are there"),
        (Database(NEWEST, checksum="18"), "decisions: 3 rows before .*, but their checksums"),
        (Database(NEWEST, late=("a", "x")), "decisions: 1 restored rows since .* are not in"),
        (Database(None), "decisions: the original has rows, the restored one has none"),
    ],
)
def test_any_difference_is_an_error(restored: Database, complaint: str) -> None:
    with pytest.raises(VerificationError, match=complaint):
        compared(TABLE, original=Database(NEWEST), restored=restored, seen=NEWEST)


def test_a_table_without_rows_is_no_error() -> None:
    found = compared(TABLE, original=Database(None), restored=Database(None), seen=None)

    assert (found.rows, found.lag_seconds) == (0, 0)
