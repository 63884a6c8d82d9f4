"""The second region's log: read in the copy while the stream is away, and archived once more."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from runbooks.errors import RunbookError
from runbooks.place import Place
from runbooks.region import CNPG, HOME, LEDGER, Region
from tests.e2e import timeouts
from tests.e2e.stack import NAME
from tests.e2e.waiting import until

RAISE = "make up STACK=drill PARTS=standby,backups"
NOBODY = "bulwark.io/closed"
"""No pod has this label."""
STREAMS = "SELECT count(*) FROM pg_stat_wal_receiver WHERE status = 'streaming'"
OUT = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_replication"
WRITE = "SELECT pg_logical_emit_message(true, 'e2e', '')"
SWITCH = "SELECT pg_walfile_name(pg_switch_wal())"
ARCHIVED = "SELECT left(coalesce(last_archived_wal, ''), 24) FROM pg_stat_archiver"


class Two(NamedTuple):
    """Who writes, and who follows and has an archive to read."""

    writer: Region
    follower: Region


@pytest.fixture(scope="module")
def two() -> Two:
    try:
        first, second = Place.find(NAME).regions
        missing = [it.name for it in (first, second) if not Path(it.kubeconfig).exists()]
        told = {} if missing else second.ledger()["spec"]
    except RunbookError as wrong:
        pytest.skip(f"no two regions: {wrong}; raise them: {RAISE}")
    if missing:
        pytest.skip(f"region {missing[0]} is not up; raise both: {RAISE}")
    if not any("plugin" in each for each in told["externalClusters"]):
        pytest.skip(f"{second.name} reads no archive; raise it with backups: {RAISE}")
    if told["replica"]["primary"] != first.name:
        pytest.skip(f"{second.name} does not follow {first.name}; go back first: make failback")
    return Two(first, second)


def streams(region: Region) -> bool:
    """Whether its leading instance receives from the other region at this moment."""
    return region.psql(STREAMS) == "1"


def has(region: Region, place: str) -> bool:
    """Whether it has read the log up to there."""
    return region.psql(f"SELECT pg_last_wal_replay_lsn() >= '{place}'::pg_lsn") == "t"


def written(region: Region) -> tuple[str, str]:
    """Something new: its place in the log, and the piece that was ended behind it."""
    return region.psql(WRITE), region.psql(SWITCH)


@contextmanager
def closed_door(two: Two) -> Iterator[None]:
    """Nobody comes to the writing database from outside, and who was there is out."""
    _lead(two.writer, "nowhere")
    try:
        until(lambda: _stays_out(two), within=timeouts.RECOVERY, what="the stream ends")
        yield
    finally:
        _lead(two.writer, None)


def _stays_out(two: Two) -> bool:
    """Whether nobody is back a moment after all were put out: it asks again twice a second."""
    two.writer.psql(OUT)
    time.sleep(3)
    return not streams(two.follower)


def _lead(region: Region, label: str | None) -> None:
    """Let the door ask for one more label, or not any more."""
    patch = json.dumps({"spec": {"selector": {NOBODY: label}}})
    region.kubectl("patch", "service", f"{LEDGER}-door", "--type=merge", f"--patch={patch}")


def test_what_the_stream_does_not_bring_is_read_in_the_copy(two: Two) -> None:
    with closed_door(two):
        place, piece = written(two.writer)
        until(
            lambda: has(two.follower, place),
            within=timeouts.CAUGHT_UP,
            what=f"{two.follower.name} has {piece} without a stream",
            every=2,
        )
        assert not streams(two.follower)

    until(lambda: streams(two.follower), within=timeouts.RECOVERY, what="the stream is back")
    place, _ = written(two.writer)
    until(lambda: has(two.follower, place), within=timeouts.RECOVERY, what="it goes on by it")


def test_who_follows_sends_the_same_log_to_an_archive_of_its_own(two: Two) -> None:
    _, piece = written(two.writer)
    written(two.writer)  # a piece has ended where it was received when the next one begins

    until(
        lambda: two.follower.psql(ARCHIVED) >= piece,
        within=timeouts.ARCHIVED,
        what=f"{piece} is archived by {two.follower.name}",
        every=2,
    )
    (plugin,) = two.follower.ledger()["spec"]["plugins"]
    assert plugin["parameters"]["serverName"] == f"{LEDGER}-{two.follower.name}"


def test_who_follows_has_a_base_backup_before_it_is_needed(two: Two) -> None:
    def taken() -> bool:
        found = two.follower.custom.list_namespaced_custom_object(*CNPG, HOME, "backups")
        return any(each.get("status", {}).get("phase") == "completed" for each in found["items"])

    until(taken, within=timeouts.BACKED_UP, what="the first base backup", every=2)
