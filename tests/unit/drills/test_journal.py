from pathlib import Path

import pytest

from tests.drills import journal


@pytest.fixture(autouse=True)
def no_record(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "read", lambda _: None)


def trial(number: int, **given: object) -> dict[str, object]:
    return {
        "drill": "switchover", "id": f"switchover-{number}", "pins": "ours",
        "date": f"2026-11-21T20:00:0{number}+00:00",
    } | given  # fmt: skip


def test_trials_add_up_over_runs_in_the_order_in_which_they_were_made(tmp_path: Path) -> None:
    for number in (2, 1):
        journal.append(trial(number), tmp_path)

    found = journal.trials("switchover", "ours", "safe-2", tmp_path)

    assert [it["id"] for it in found] == ["switchover-1", "switchover-2"]


def test_a_trial_of_other_parts_counts_no_more(tmp_path: Path) -> None:
    journal.append(trial(1, pins="others"), tmp_path)

    assert journal.trials("switchover", "ours", "safe-2", tmp_path) == []


def test_trials_of_the_last_record_count_once_beside_those_of_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = {"trials": [trial(1), trial(3), trial(4, drill="node-lost")]}
    monkeypatch.setattr(journal, "read", lambda _: record)
    for number in (1, 2):
        journal.append(trial(number), tmp_path)

    found = journal.trials("switchover", "ours", "safe-2", tmp_path)

    assert [it["id"] for it in found] == [f"switchover-{number}" for number in (1, 2, 3)]
