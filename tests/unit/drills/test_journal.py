from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.drills import journal
from tests.e2e.stack import RunningStack


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


def stack(*redis: int) -> RunningStack:
    """A stack of one node whose Redis is declared with so many replicas."""
    sets = [SimpleNamespace(spec=SimpleNamespace(replicas=each)) for each in redis]

    def stateful_sets(_: str, *, label_selector: str) -> Any:
        return SimpleNamespace(items=sets if label_selector.endswith("/name=redis") else [])

    def databases(*where: str) -> Any:
        return {"items": [{"spec": {"kind": where[-1], "instances": 3}}]}

    told = SimpleNamespace(
        namespace="fraud",
        core=SimpleNamespace(list_node=lambda: SimpleNamespace(items=["node"])),
        custom=SimpleNamespace(list_namespaced_custom_object=databases),
        apps=SimpleNamespace(list_namespaced_stateful_set=stateful_sets),
    )
    return cast("RunningStack", told)


def test_a_trial_with_three_redis_is_not_counted_with_those_of_one() -> None:
    assert journal.counted(stack(3), "redis-lost") != journal.counted(stack(1), "redis-lost")


def test_the_only_redis_is_one_while_a_drill_holds_it_away() -> None:
    assert journal.counted(stack(0), "redis-lost") == journal.counted(stack(1), "redis-lost")


def test_a_loss_is_compared_with_those_that_the_same_code_made_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks = []
    monkeypatch.setattr(journal, "ROOT", tmp_path)
    for code in ("slow", "fast"):
        for file in journal.BRINGS_BACK["redis-lost"]:
            (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / file).write_text(code, encoding="utf-8")
        marks.append([journal.counted(stack(1), drill) for drill in ("redis-lost", "node-lost")])

    (slow, before), (fast, after) = marks
    assert (slow != fast, before == after) == (True, True)
