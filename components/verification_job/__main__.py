"""Restore the newest backup, hold it against the original, write down what was found."""

import base64
import json
import os
import re
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2

from .cluster_api import Api
from .comparing import Compared, Connection, Table, compared
from .errors import VerificationError
from .record import metrics
from .restoring import Restoration
from .runs import Run, performed

BY_THE_CLOCK = re.compile(r"-\d{8,}$")
"""How a job is called that its CronJob made: by the minute since 1970."""
CONNECT_SECONDS = 30
OPTIONS = "-c statement_timeout=300s -c timezone=UTC"


def main(plan: dict[str, Any], files: Path) -> int:
    """One run, to its line in the record. The exit code is the verdict."""
    api = Api()
    return performed(
        api,
        plan["record"],
        lambda: verified(api, plan, files),
        metrics,
        also={"scheduled": bool(BY_THE_CLOCK.search(os.environ["JOB"]))},
        failures=(VerificationError, psycopg2.Error),
    )


def verified(api: Api, plan: dict[str, Any], files: Path) -> Run:
    """What was measured, or why the backup is not to be trusted."""
    tables = [Table(**{**t, "columns": tuple(t["columns"])}) for t in plan["tables"]]
    password = (files / "original" / "password").read_text()
    restoration = Restoration(
        api=api,
        namespace=plan["namespace"],
        cluster=plan["cluster"],
        credentials=plan["credentials"],
        files=files / "bucket",
        patience=plan["patience_seconds"],
    )
    authority = files / "original" / "ca.crt"
    with closing(connected(plan["original"], password, authority)) as original:
        seen = {table.name: table.newest(original) for table in tables}
        with (
            restoration.restored() as seconds,
            closing(restored_database(restoration, plan["restored"])) as restored,
        ):
            size = size_of(restored)
            found = [
                compared(table, original=original, restored=restored, seen=seen[table.name])
                for table in tables
            ]
    measured = {"restore_seconds": round(seconds, 1), "bytes": size}
    return judged(found, plan["lag_seconds"]) | measured


def judged(found: list[Compared], allowed: float) -> Run:
    """The figures; a log that is archived late is an error."""
    late = max(found, key=lambda one: one.lag_seconds)
    if late.lag_seconds > allowed:
        raise VerificationError(
            f"{late.table}: the newest restored row is {late.lag_seconds:.0f} s older than the "
            f"original's, allowed: {allowed:.0f}"
        )
    return {"tables": [one.told() for one in found], "lag_seconds": late.lag_seconds}


def restored_database(restoration: Restoration, told: dict[str, str]) -> Connection:
    """A connection to the restored database, by the password and authority that are its own."""
    name = restoration.name
    authority = Path("/tmp/restored-ca.crt")  # noqa: S108 (the pod's own folder)
    authority.write_bytes(base64.b64decode(restoration.key(f"{name}-ca", "ca.crt")))
    password = base64.b64decode(restoration.key(f"{name}-app", "password")).decode()
    return connected(told, password, authority)


def connected(told: dict[str, str], password: str, authority: Path) -> Connection:
    """A read-only connection to a server that proves who it is.

    A pod's network paths open some moments after it began, so a server that refuses is asked again.
    """
    end = time.monotonic() + CONNECT_SECONDS
    while True:
        try:
            connection = psycopg2.connect(
                **told,
                password=password,
                sslmode="verify-full",
                sslrootcert=str(authority),
                connect_timeout=CONNECT_SECONDS,
                options=OPTIONS,
            )
        except psycopg2.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(1)
        else:
            connection.set_session(readonly=True, autocommit=True)
            return connection


def size_of(connection: Connection) -> int:
    """Bytes of the whole database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


if __name__ == "__main__":
    here = Path(sys.argv[1])
    sys.exit(main(json.loads((here / "plan" / "plan.json").read_text()), here))
