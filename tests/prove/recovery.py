"""An accident and its repair: rows deleted by mistake, found as they were just before, put back."""

import secrets
import time
from dataclasses import dataclass

from tests.e2e import restore
from tests.e2e.parts import PRIMARY, sql
from tests.e2e.stack import RunningStack
from tests.prove.figures import Trial
from tests.prove.pins import stamp
from tests.prove.writer import Writer

BEFORE = 15.0
"""Seconds of writing before the accident."""
AFTER = 5.0
TABLES = ("transactions", "decisions")
DIGEST = """\
SELECT '{table}', count(*), md5(coalesce(string_agg(md5({table}::text), '' ORDER BY transaction_id),
 '')) FROM {table};
"""
INSTANT = (
    "SELECT 'at', to_char(clock_timestamp() AT TIME ZONE 'UTC', "
    '\'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\');'
)
UTC = "SET TIME ZONE 'UTC';\n"


@dataclass(frozen=True)
class Accident:
    """What was there at the instant before, row by row, and how much then went."""

    at: str
    rows: dict[str, list[str]]
    """Per table the number of its rows and a digest of all of them in order."""


def accident(stack: RunningStack) -> Accident:
    """Every decision is deleted by one statement without a WHERE.

    Writers wait for the locks, so what the session reads is the state of that very instant.
    """
    steps = (
        "BEGIN;",
        f"LOCK TABLE {', '.join(TABLES)} IN SHARE ROW EXCLUSIVE MODE;",
        INSTANT,
        digests(),
        "DELETE FROM decisions;",
        "COMMIT;",
    )
    told = {row[0]: row[1:] for row in sql(stack, UTC + "\n".join(steps)) if len(row) > 1}
    return Accident(at=told.pop("at")[0], rows=told)


def digests() -> str:
    """Queries that tell of each table all that is in it."""
    return "".join(DIGEST.format(table=table) for table in TABLES)


def trial(stack: RunningStack, writer: Writer) -> Trial:
    """One accident under a steady writer, and what came back."""
    time.sleep(BEFORE)
    lost = accident(stack)
    began = time.monotonic()
    time.sleep(AFTER)
    name = f"ledger-{secrets.token_hex(3)}"
    restore.flush(stack)
    seconds = restore.restored(stack, name, lost.at)
    try:
        there = restore.part(name)
        found = {row[0]: row[1:] for row in sql(stack, UTC + digests(), part=there) if row[1:]}
        put_back(stack, name)
        repaired = time.monotonic() - began
    finally:
        restore.forget(stack, name)
    return {
        "kind": "recovery",
        "at": lost.at,
        "oracle": lost.rows,
        "restored": found,
        "equal": found == lost.rows,
        "restore_seconds": round(seconds, 1),
        "repaired_seconds": round(repaired, 1),
        "missing_after_repair": missing(stack, writer),
        **stamp(),
    }


def put_back(stack: RunningStack, name: str) -> None:
    """Copy what was lost from the restored database into the one that serves."""
    rows = sql(stack, "COPY decisions TO STDOUT;", part=restore.part(name))
    if not rows:
        return
    lines = "\n".join("\t".join(row) for row in rows)
    sql(
        stack,
        "CREATE TEMP TABLE lost (LIKE decisions);\n"  # noqa: S608 (our own rows)
        f"COPY lost FROM STDIN;\n{lines}\n\\.\n"
        "INSERT INTO decisions SELECT * FROM lost ON CONFLICT DO NOTHING;",
        part=PRIMARY,
    )


def missing(stack: RunningStack, writer: Writer) -> int:
    """How many acknowledged decisions, from before the accident or after, are not there."""
    acknowledged = {a.transaction_id for a in list(writer.attempts) if a.acknowledged}
    rows = sql(stack, "SELECT transaction_id FROM decisions")
    return len(acknowledged - {int(row[0]) for row in rows})
