from types import SimpleNamespace
from typing import Any, NoReturn

import pytest

from tests.prove import drilled
from tests.prove.drilled import gaps, nothing_lost, trials_of
from tests.prove.errors import ProveError
from tests.prove.figures import Figure

WELL: dict[str, Any] = {
    "gap_seconds": 3.0, "lost": [], "not_linearizable": [], "whole_seconds": 20.0,
    "split": {"detect": 1.0, "decide": 0.5, "promote": 1.0, "reroute": 0.5},
}  # fmt: skip


def by_name(figures: list[Figure]) -> dict[str, Figure]:
    return {figure.name: figure for figure in figures}


def test_one_lost_row_in_one_of_many_trials_breaks_the_bar() -> None:
    figures = by_name(nothing_lost("node-lost", [WELL, WELL | {"lost": [7]}], 2))

    assert figures["node_lost_lost"].value == 1
    assert not figures["node_lost_lost"].holds
    assert figures["node_lost_not_linearizable"].holds


def test_a_trial_that_broke_off_breaks_the_bar_and_fewer_trials_than_promised_do() -> None:
    broken = {"broke_off": "steady writing: not within 300 s", "lost": [], "not_linearizable": []}
    figures = by_name(nothing_lost("switchover", [WELL, broken], 3))

    assert not figures["switchover_broken_off"].holds
    assert not figures["switchover_trials"].holds


def test_the_worst_gap_and_the_median_have_bars_of_their_own() -> None:
    trials = [WELL | {"gap_seconds": seconds} for seconds in (2.0, 4.0, 9.0)]
    figures = by_name(gaps("primary-killed", trials, at_most=10, middle=3.5))

    assert figures["primary_killed_gap"].holds
    assert figures["primary_killed_gap_median"].value == 4.0
    assert not figures["primary_killed_gap_median"].holds


def test_no_trial_at_all_keeps_no_bar() -> None:
    assert not any(f.holds for f in gaps("switchover", [], at_most=10, middle=5) if f.bar)


def test_trials_that_were_made_before_somebody_interrupts_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    stack = SimpleNamespace()
    monkeypatch.setattr(drilled, "make", lambda *_, **__: 0.0)
    monkeypatch.setattr(drilled, "raised", lambda _: stack)
    monkeypatch.setattr(drilled, "Load", lambda _: None)
    monkeypatch.setattr("tests.drills.journal.counted", lambda *_: "mark")
    monkeypatch.setattr("tests.drills.journal.trials", lambda *_: [WELL])
    monkeypatch.setattr(drilled, "perform", interrupted)

    with pytest.raises(ProveError, match="goes on from here") as stopped:
        trials_of("safe-2", {"switchover": 2}, nodes=3)

    assert stopped.value.trials == [WELL]
