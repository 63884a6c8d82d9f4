from pathlib import Path
from typing import Any

import pytest

from policies import checkov
from policies.checkov import Failure, ScanError, Waiver, judge, scan, waivers

LIMIT = Failure("CKV_1", "Deployment.fraud.api", "CPU limits should be set")
ROOT = Failure("CKV_2", "Deployment.fraud.api", "No root")
KNOWN = Waiver("CKV_1", "Deployment.fraud.*", "Throttling costs latency.")
STALE = Waiver("CKV_1", "Job.*", "There was a job once.")


def test_a_failure_that_is_waived_and_a_waiver_that_is_needed_say_nothing() -> None:
    assert not list(judge([LIMIT, LIMIT], [KNOWN]))


def test_a_failure_that_nobody_waived_is_told() -> None:
    assert list(judge([LIMIT, ROOT], [KNOWN])) == ["Deployment.fraud.api: No root (CKV_2)"]


def test_a_waiver_that_excuses_nothing_is_told() -> None:
    assert list(judge([LIMIT], [KNOWN, STALE])) == [
        "Job.*: the waiver of CKV_1 excuses nothing; remove it"
    ]


@pytest.mark.parametrize(("parts", "idle"), [("", 0), ("core", 0), ("mlops", 1), ("core,all", 1)])
def test_a_waiver_for_further_parts_is_idle_only_where_they_are_raised(
    monkeypatch: pytest.MonkeyPatch, parts: str, idle: int
) -> None:
    monkeypatch.setenv("PARTS", parts)
    further = Waiver("CKV_9", "Deployment.fraud.mlflow", "It is further.", profile="mlops")

    assert len(list(judge([LIMIT], [KNOWN, further]))) == idle


def test_every_waiver_that_is_written_down_has_a_reason_of_a_sentence() -> None:
    assert all(waiver.reason.strip().endswith(".") for waiver in waivers())


def test_a_waiver_may_name_several_patterns(tmp_path: Path) -> None:
    table = tmp_path / "waivers.yaml"
    table.write_text("- {check: CKV_1, objects: [Job.*, Pod.*], reason: Toys.}")

    assert waivers(table) == (Waiver("CKV_1", "Job.*", "Toys."), Waiver("CKV_1", "Pod.*", "Toys."))


def test_a_waiver_without_a_reason_is_refused(tmp_path: Path) -> None:
    table = tmp_path / "waivers.yaml"
    table.write_text("- {check: CKV_1, objects: ['*']}")

    with pytest.raises(TypeError, match="reason"):
        waivers(table)


def test_what_checkov_finds_is_read(fake_checkov: Any, tmp_path: Path) -> None:
    fake_checkov(LIMIT, ROOT)

    assert list(scan(tmp_path)) == [LIMIT, ROOT]


def test_a_missing_checkov_is_told_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkov, "PROGRAM", tmp_path / "checkov")

    with pytest.raises(ScanError, match="is missing; run `make checkov-venv`"):
        list(scan(tmp_path))


@pytest.mark.parametrize("raw", ["no json", "[]", '{"passed": 0}'])
def test_a_scan_that_judged_nothing_is_no_pass(fake_checkov: Any, tmp_path: Path, raw: str) -> None:
    fake_checkov(raw=raw)

    with pytest.raises(ScanError, match=f"checkov judged nothing in {tmp_path}"):
        list(scan(tmp_path))
