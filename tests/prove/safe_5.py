import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from statistics import fmean, median
from typing import Any

from local.progress import Progress
from tests.e2e import restore
from tests.e2e.parts import postgres, sql
from tests.e2e.stack import RunningStack, StackDownError
from tests.load.measure import Bench
from tests.load.target import deployed
from tests.prove.backed_up import Span, back_up, first_backup, raised, span_of, take
from tests.prove.bucket_files import discard
from tests.prove.errors import ProveError
from tests.prove.evidence import Measured
from tests.prove.figures import Figure, Trial, worst
from tests.prove.making import make

PROMISE = (
    "The rate of a restore is known at three sizes, and a base backup that is being taken makes the"
    " P95 of a loaded service at most a tenth longer"
)
STORAGE = "4Gi"
SIZES = (256, 512, 1024)
"""Megabytes beside what the ledger has, for restores."""
LOADED = 96
"""Megabytes beside what the ledger has, for backups under load."""
PACED = 130.0
"""Seconds of such a backup, roughly: for the time that is left."""
FILLER = "backup_filler"
RATE, WARM_UP = 100, 5.0
LONGER = 1.4
"""How much longer a window is than a backup before the load, whose payments make the ledger grow.

A backup's beginning and its end count: the store notices them most.
"""
ASKED_EVERY = 2.0
"""Seconds between questions whether a backup is over: only a window with one bears them."""
MARGIN = 3.0
"""Seconds of the window before a backup is asked for: it is not to begin in the warm-up."""
BACKUPS = 5
ROW_BYTES = 1024
GIGABYTE = 10**9
RESTORED = "ledger-measured"


def measure() -> Measured:
    """The ledger grows in steps; each is backed up and restored. Then a small one is backed up
    under load at the pace of the settings, between two windows of the same load without.
    """
    sizes: list[Trial] = []
    loads: list[Trial] = []
    progress = Progress(
        {
            "up": 120.0,
            **{f"{size} MB": 60 + 0.05 * size for size in SIZES},
            "up, paced": 60.0,
            "backup": PACED,
            "load": LONGER * PACED,
            **{f"load {number}": 2 * LONGER * PACED for number in range(1, BACKUPS + 1)},
        }
    )
    try:
        with progress.step("up"):
            make("load-tools")
            require_room()
            # What is restored does not know how fast it was sent.
            stack = alone({"backup_megabytes_per_second": None})
            first_backup(stack)
        with filler(stack):
            for size in SIZES:
                with progress.step(f"{size} MB"):
                    sizes.append(sized(stack, size))
        with progress.step("up, paced"):
            stack = alone()
        with filler(stack):
            with progress.step("backup"):
                seconds = LONGER * paced(stack)
                bench = Bench(deployed(stack))
            with progress.step("load"):
                without = window(stack, bench, seconds, busy=False)
            for number in range(1, BACKUPS + 1):
                with progress.step(f"load {number}"):
                    busy = window(stack, bench, seconds, busy=True)
                    before, without = without, window(stack, bench, seconds, busy=False)
                    loads.append(compared(busy, before, without, seconds))
    except (ProveError, AssertionError) as stopped:
        raise ProveError(str(stopped), [*sizes, *loads]) from stopped
    return Measured(trials=[*sizes, *loads], figures=[*rates(sizes), *overhead(loads)])


def rates(sizes: list[Trial]) -> list[Figure]:
    """What a restore does in a minute, and what each further gigabyte costs."""
    per_minute = [trial["gigabytes_per_minute"] for trial in sizes]
    small, large = sizes[0], sizes[-1]
    more = (large["bytes"] - small["bytes"]) / GIGABYTE
    slope = (large["restore_seconds"] - small["restore_seconds"]) / more
    return [
        Figure(name="sizes", value=len(sizes), at_least=len(SIZES)),
        Figure(
            name="gigabytes_per_minute", value=min(per_minute), middle=median(per_minute),
            unit="GB/min",
        ),
        Figure(name="seconds_per_further_gigabyte", value=round(slope, 1), unit="s"),
        worst("largest_restore", [large["restore_seconds"]], unit="s"),
        worst("largest_backup", [large["backup_seconds"]], unit="s"),
    ]  # fmt: skip


def overhead(loads: list[Trial]) -> list[Figure]:
    """The median of the quotients: one bad second of the machine is not the backup's."""
    ratios = [trial["p95_ratio"] for trial in loads]
    return [
        Figure(
            name="p95_overhead_percent", value=round(100 * (median(ratios) - 1), 1), unit="%",
            at_most=10,
        ),
        worst("p95_with_backup", [t["with_backup_ms"] for t in loads], unit="ms"),
        worst("p95_without", [max(t["without_ms"]) for t in loads], unit="ms"),
        Figure(name="failed", value=max(t["failed"] for t in loads), at_most=0),
        Figure(
            name="backup_share_of_window", value=min(t["backup_share"] for t in loads),
            at_least=0.5,
        ),
        Figure(name="whole_backups", value=sum(t["whole"] for t in loads), at_least=len(loads)),
    ]  # fmt: skip


def alone(settings: Mapping[str, object] | None = None) -> RunningStack:
    """The stack with room for the sizes; nightly backups and their checks are half a day off."""
    nightly = ("backup_schedule", "configuration_schedule", "verification_schedule")
    hour = (datetime.now(UTC).hour + 12) % 24
    later = dict.fromkeys(nightly, f"0 {hour} * * *")
    return raised({"postgres_storage": STORAGE, **later, **(settings or {})})


def require_room() -> None:
    """A disk that is there does not grow: the engine's are folders of the machine."""
    with suppress(StackDownError):
        has = postgres(RunningStack.find())["spec"]["storage"]["size"]
        if has != STORAGE:
            raise ProveError(
                f"the ledger that is up has disks of {has}, this needs {STORAGE}; run `make down`,"
                " and this again"
            )


@contextmanager
def filler(stack: RunningStack) -> Iterator[None]:
    """A table of no use for as long as the block lasts."""
    sql(
        stack,
        f"DROP TABLE IF EXISTS {FILLER};\n"
        f"CREATE TABLE {FILLER} (id bigint GENERATED ALWAYS AS IDENTITY, text text);\n"
        f"ALTER TABLE {FILLER} ALTER COLUMN text SET STORAGE EXTERNAL;",
    )
    try:
        yield
    finally:
        sql(stack, f"DROP TABLE {FILLER};")


def fill(stack: RunningStack, megabytes: int) -> None:
    """Rows of hexadecimal digits up to a size: as hard to compress as ordinary data.

    With a checkpoint, or else a backup would find files that are still empty, and be over soon.
    """
    while True:
        here = int(sql(stack, f"SELECT pg_total_relation_size('{FILLER}')")[0][0])
        left = megabytes * 10**6 - here
        if left <= 0:
            sql(stack, "CHECKPOINT")
            return
        rows = min(left, 64 * 10**6) // ROW_BYTES + 1
        sql(
            stack,
            f"INSERT INTO {FILLER} (text) SELECT string_agg(md5(random()::text), '')"  # noqa: S608
            f" FROM generate_series(1, {rows}) AS row, generate_series(1, {ROW_BYTES // 32})"
            " GROUP BY row;",
        )


def sized(stack: RunningStack, megabytes: int) -> Trial:
    """One size: a base backup of it, and a restore of that."""
    fill(stack, megabytes)
    backup = back_up(stack)
    try:
        seconds = restore.restored(stack, RESTORED)
        size = sum(
            int(row[0])
            for row in sql(
                stack, "SELECT pg_database_size(oid) FROM pg_database", part=restore.part(RESTORED)
            )
        )
    finally:
        restore.forget(stack, RESTORED)
        discard(stack, backup)
    return {
        "kind": "size",
        "megabytes_added": megabytes,
        "bytes": size,
        "backup_seconds": round(lasting(span_of(backup)), 1),
        "restore_seconds": round(seconds, 1),
        "gigabytes_per_minute": round(size / GIGABYTE / seconds * 60, 2),
    }


def paced(stack: RunningStack) -> float:
    """Seconds of a base backup of the ledger that is backed up under load, before the load."""
    fill(stack, LOADED)
    backup = take(stack)
    discard(stack, backup)
    return lasting(span_of(backup))


def compared(busy: Trial, before: Trial, after: Trial, seconds: float) -> Trial:
    """A window with a base backup between its two without: the machine's own pace drifts for
    minutes by more than a backup does, and the mean of both follows it.
    """
    around = (before["p95_ms"], after["p95_ms"])
    return {
        "kind": "load",
        "rate": RATE,
        "seconds": round(seconds),
        "with_backup_ms": busy["p95_ms"],
        "without_ms": around,
        "p95_ratio": round(busy["p95_ms"] / fmean(around), 3),
        "failed": busy["failed"] + before["failed"] + after["failed"],
        "backup_seconds": busy["backup_seconds"],
        "backup_share": busy["backup_share"],
        "whole": busy["whole"],
    }


def window(stack: RunningStack, bench: Bench, seconds: float, *, busy: bool) -> Trial:
    """One window of load, with a base backup from beginning to end if it is to be busy.

    Every window begins at a checkpoint, after which the log is longer for a while: the one of
    every five minutes would fall into one window and not into the next.
    Barman's own account of it begins late, and ends before the store has put the parts together.
    """

    def taken() -> tuple[Span, dict[str, Any]]:
        time.sleep(WARM_UP + MARGIN)
        asked = time.time()
        backup = take(stack, every=ASKED_EVERY)
        return (asked, time.time()), backup

    sql(stack, "CHECKPOINT")
    with ThreadPoolExecutor(1) as pool:
        taker = pool.submit(taken) if busy else None
        step = bench.step("vegeta", RATE, warm_up=WARM_UP, seconds=seconds)
    seen = {"p95_ms": step.p95_ms, "failed": step.failed}
    if taker is None:
        return seen
    span, backup = taker.result()
    discard(stack, backup)
    opened = step.record["began"] + WARM_UP
    inside = within(span, (opened, opened + seconds))
    return seen | {
        "backup_seconds": round(lasting(span), 1),
        "backup_share": round(inside / seconds, 2),
        "whole": inside == lasting(span),
    }


def lasting(span: Span) -> float:
    """Seconds from its beginning to its end."""
    return span[1] - span[0]


def within(span: Span, window: Span) -> float:
    """Seconds of it that lie in a window."""
    return max(min(span[1], window[1]) - max(span[0], window[0]), 0.0)
