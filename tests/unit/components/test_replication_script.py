"""The script of the copier with a stand-in for rclone: what it counts, tells and never does."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from components.bucket_replication_specs import SCRIPT
from tests.unit.components import rclone_fake


class Copier:
    """Two buckets in a folder, and rounds between them."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.source, self.copy = home / "source" / "backups", home / "copy" / "backups"
        for folder in (self.source, self.copy, home / "figures", home / "bin"):
            folder.mkdir(parents=True)
        fake = home / "bin" / "rclone"
        fake.write_text(f'#!/bin/sh\nexec {sys.executable} {rclone_fake.__file__} "$@"\n')
        fake.chmod(0o755)
        self.env = {
            "PATH": f"{fake.parent}:{os.environ['PATH']}",
            "BUCKETS": str(home),
            "FIGURES": str(home / "figures"),
            "WORK": str(home),
        }

    def command(self, *rounds: str, pause: str = "1") -> list[str]:
        return ["sh", str(SCRIPT), "backups", "backups", pause, "off", *rounds]

    def round(self, rounds: int = 1) -> str:
        done = subprocess.run(
            self.command(str(rounds)),
            env=self.env, capture_output=True, text=True, check=True, timeout=120,
        )  # fmt: skip
        return done.stdout

    def told(self) -> dict[str, float]:
        text = (self.home / "figures" / "metrics.txt").read_text()
        samples = [s for family in text_string_to_metric_families(text) for s in family.samples]
        assert {sample.labels["bucket"] for sample in samples} == {"backups"}
        return {s.name.removeprefix("bulwark_bucket_replication_"): s.value for s in samples}


@pytest.fixture
def copier(tmp_path: Path) -> Copier:
    return Copier(tmp_path)


def test_what_is_new_is_copied_and_the_copy_is_complete_until_the_round_began(
    copier: Copier,
) -> None:
    (copier.source / "wal-1").write_text("12345")
    began = int(time.time())
    copier.round()

    assert (copier.copy / "wal-1").read_text() == "12345"
    told = copier.told()
    assert told["last_run_success"] == 1
    assert began <= told["complete_until_timestamp_seconds"] <= told["last_run_timestamp_seconds"]
    assert (told["source_objects"], told["source_bytes"]) == (1, 5)
    assert (told["copied_objects"], told["copied_bytes"]) == (1, 5)
    assert (told["objects_behind"], told["bytes_behind"]) == (0, 0)


def test_what_the_source_lost_is_kept(copier: Copier) -> None:
    (copier.source / "wal-1").write_text("12345")
    copier.round()
    (copier.source / "wal-1").unlink()
    copier.round()

    assert (copier.copy / "wal-1").read_text() == "12345"
    told = copier.told()
    assert (told["kept_objects"], told["source_objects"], told["last_run_success"]) == (1, 0, 1)


def test_what_changed_in_the_source_is_told_and_not_taken_over(copier: Copier) -> None:
    (copier.source / "wal-1").write_text("12345")
    copier.round()
    (copier.source / "wal-1").write_text("encrypted")
    (copier.source / "wal-2").write_text("new")
    said = copier.round()

    assert (copier.copy / "wal-1").read_text() == "12345"
    assert (copier.copy / "wal-2").exists(), "the others are copied all the same"
    told = copier.told()
    assert (told["changed_objects"], told["last_run_success"]) == (1, 1)
    assert "changed in the source, not taken over: wal-1" in said


def test_a_source_that_does_not_answer_leaves_the_last_complete_time_as_it_was(
    copier: Copier,
) -> None:
    (copier.source / "wal-1").write_text("12345")
    with subprocess.Popen(copier.command(), env=copier.env) as running:
        try:
            wait(copier, success=1)
            shutil.rmtree(copier.source)
            gone = time.time()
            later = wait(copier, success=0, after=gone + 1)
        finally:
            running.terminate()

    assert later["complete_until_timestamp_seconds"] <= gone
    assert "source_objects" not in later, "nobody knows"
    assert (copier.copy / "wal-1").exists()


def test_where_no_round_ever_went_well_no_such_time_is_told(copier: Copier) -> None:
    shutil.rmtree(copier.source)
    copier.round()

    told = copier.told()
    assert told["last_run_success"] == 0
    assert "complete_until_timestamp_seconds" not in told


def test_it_ends_at_once_when_it_is_told_to(copier: Copier) -> None:
    with subprocess.Popen(copier.command(pause="60"), env=copier.env) as running:
        wait(copier, success=1)
        time.sleep(0.3)
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=30) == 143


def wait(copier: Copier, *, success: int, after: float = 0) -> dict[str, float]:
    """The figures once a round ended like that, after a moment."""
    page, end = copier.home / "figures" / "metrics.txt", time.monotonic() + 60
    while time.monotonic() < end:
        if page.exists() and f'last_run_success{{bucket="backups"}} {success}' in page.read_text():
            told = copier.told()
            if told["last_run_timestamp_seconds"] >= after:
                return told
        time.sleep(0.1)
    raise TimeoutError(page.read_text())
