"""Rows as CSV that no spreadsheet takes for formulas."""

import csv
import io
from collections.abc import Iterable
from typing import Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
"""What a spreadsheet takes for the beginning of a formula, or passes over to find one."""


def lines(rows: Iterable[Iterable[object]]) -> str:
    """Comma-separated, CRLF-ended, quoted where needed (RFC 4180). None is an empty cell."""
    out = io.StringIO()
    csv.writer(out).writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _cell(value: object) -> object:
    """Text gets an apostrophe before what would begin a formula; numbers are no text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
