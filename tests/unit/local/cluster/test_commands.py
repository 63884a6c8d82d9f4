import os
from pathlib import Path
from typing import Any

import pytest

import local.__main__ as command
from local.cluster import condition, health, logs, recovery, status, supervisor
from local.cluster.condition import Condition
from local.cluster.layout import Cluster
from local.errors import EngineError


@pytest.fixture(autouse=True)
def root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)


def test_a_verb_that_needs_root_says_so_at_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    assert command.main(["status"]) == 1
    assert capsys.readouterr().err.startswith("error: not root;")


NAMES = ["primary-1:kubelet", "primary:etcd", "standby-1:kubelet"]


def test_an_error_is_one_line_and_no_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise EngineError("disk short")

    monkeypatch.setattr(command, "up", fail)

    assert command.main(["up"]) == 1
    assert capsys.readouterr().err == "error: disk short\n"


def test_up_raises_the_primary_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr(command, "up", lambda *words: asked.append(words))
    command.main(["up"])
    command.main(["up", "standby", "--nodes", "2"])

    assert asked == [("primary", None), ("standby", 2)]


def test_an_interruption_is_told_without_a_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "up", interrupt)

    assert command.main(["up"]) == 130
    assert "goes on from here" in capsys.readouterr().err


def test_a_process_is_named_in_short_where_there_is_one() -> None:
    assert logs.chosen("etcd", NAMES) == "primary:etcd"
    assert logs.chosen("standby-1:kubelet", NAMES) == "standby-1:kubelet"


def test_a_name_of_several_processes_is_answered_with_their_full_names() -> None:
    with pytest.raises(EngineError, match="one of several: primary-1:kubelet, standby-1:kubelet"):
        logs.chosen("kubelet", NAMES)


def test_an_unknown_process_is_answered_with_the_known_ones() -> None:
    with pytest.raises(EngineError, match="no process is called 'x'; there are: primary-1"):
        logs.chosen("x", NAMES)


@pytest.mark.parametrize(
    ("stale", "runs", "answers", "expected"),
    [
        (False, True, True, Condition.RUNNING),
        (False, True, False, Condition.HALF),
        (False, False, True, Condition.HALF),
        (True, True, True, Condition.STALE),
    ],
)
def test_a_cluster_is_whole_only_when_all_runs_and_the_api_is_ready(
    monkeypatch: pytest.MonkeyPatch,
    *,
    stale: bool,
    runs: bool,
    answers: bool,
    expected: Condition,
) -> None:
    monkeypatch.setattr(recovery, "stale", lambda: stale)
    monkeypatch.setattr(supervisor, "all_run", lambda _: runs)
    monkeypatch.setattr(health, "api_ready", lambda _: answers)

    assert condition.condition(Cluster("primary", 0)) is expected


@pytest.mark.parametrize("found", [Condition.HALF, Condition.STALE])
def test_the_kubeconfig_of_a_broken_cluster_is_answered_with_the_way_out(
    monkeypatch: pytest.MonkeyPatch, cluster: Cluster, found: Condition
) -> None:
    monkeypatch.setattr(condition, "condition", lambda _: found)

    with pytest.raises(EngineError, match=rf"{cluster.name} is {found}; .*local up primary"):
        condition.kubeconfig(cluster.name)


@pytest.mark.usefixtures("clusters")
def test_status_says_when_there_is_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status, "leftovers", list)
    status.status()

    assert capsys.readouterr().out == "no cluster; `make up` raises one\n"


def test_status_shows_how_fast_a_cluster_came_and_what_it_takes(
    cluster: Cluster,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    etcd = {"group": cluster.name, "pid": 1, "statename": "RUNNING", "start": 0}
    monkeypatch.setattr(supervisor, "processes", lambda: {"primary:etcd": etcd})
    monkeypatch.setattr(status, "_resident", lambda _: 57.0)
    monkeypatch.setattr(status, "condition", lambda _: Condition.RUNNING)
    (cluster.home / "ready.seconds").write_text("11.71")
    status.status()
    row = capsys.readouterr().out.splitlines()[1].split()

    assert row == ["primary", "running", "2", "https://10.77.0.2:6443", "11.7s", "57", "MB"]


def test_waiting_ends_with_the_log_to_read(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"primary's API is not ready .*logs primary:etcd"):
        health.wait("primary's API", tmp_path.is_file, seconds=0, part="primary:etcd")


def test_who_is_too_busy_to_answer_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    busy = [EngineError("timed out")]

    def ask() -> bool:
        if busy:
            raise busy.pop()
        return True

    monkeypatch.setattr(health, "PAUSE_SECONDS", 0)
    health.wait("primary's base", ask, seconds=60, part="primary:etcd")

    assert not busy


def test_waiting_tells_what_it_was_answered_last() -> None:
    def ask() -> bool:
        raise EngineError("timed out")

    with pytest.raises(EngineError, match=r"not ready after 0 s: timed out; `python -m local logs"):
        health.wait("primary's base", ask, seconds=0, part="primary:etcd")
