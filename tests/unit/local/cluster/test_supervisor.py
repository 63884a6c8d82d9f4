import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.cluster import marks, supervisor, supervisor_files
from local.cluster.program import Program

SECONDS = 90


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A real supervisor in a folder of its own, as short as a socket's path must be."""
    folder = Path(tempfile.mkdtemp(prefix="bw-"))
    monkeypatch.setattr(marks, "STATE", folder)
    for name, part in (("SOCKET", "socket"), ("LOGS", "logs"), ("GROUPS", "groups")):
        monkeypatch.setattr(supervisor_files, name, folder / part)
    monkeypatch.setattr(supervisor_files, "OUTPUT", folder / "logs/out")
    supervisor.ensure()
    yield folder
    supervisor.shut_down()
    shutil.rmtree(folder)


def sleeper(name: str, *, group: str = "unit", variables: dict[str, str] | None = None) -> Program:
    command = ("sh", "-c", 'echo "$0 speaks 100%"; exec sleep 600', name)
    return Program(group=group, name=name, command=command, environment=variables or {})


def until(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def run(*programs: Program) -> None:
    supervisor.declare(programs)
    supervisor.start(programs)
    until(lambda: supervisor.all_run({program.group for program in programs}))


def pid(name: str) -> int:
    return int(supervisor.processes()[name]["pid"])


@pytest.mark.usefixtures("own_mark", "home")
def test_a_killed_process_comes_back() -> None:
    run(sleeper("one"))
    first = pid("unit:one")
    os.kill(first, signal.SIGKILL)

    until(lambda: pid("unit:one") not in (0, first))


@pytest.mark.usefixtures("own_mark", "home")
def test_declaring_the_same_again_disturbs_nothing() -> None:
    run(sleeper("one"), sleeper("two"))
    before = pid("unit:one"), pid("unit:two")
    run(sleeper("one"), sleeper("two"))

    assert (pid("unit:one"), pid("unit:two")) == before


@pytest.mark.usefixtures("own_mark", "home")
def test_a_changed_program_is_started_anew_and_its_neighbour_group_is_not() -> None:
    run(sleeper("one"), sleeper("other", group="neighbour"))
    one, other = pid("unit:one"), pid("neighbour:other")
    run(sleeper("one", variables={"GOGC": "30"}), sleeper("other", group="neighbour"))

    assert pid("unit:one") != one
    assert pid("neighbour:other") == other


@pytest.mark.usefixtures("own_mark", "home")
def test_a_forgotten_group_leaves_no_process_and_no_log() -> None:
    run(sleeper("one"))
    gone = pid("unit:one")
    log = supervisor_files.log("unit:one")
    until(log.exists)
    supervisor.forget(["unit"])

    assert not marks.alive(gone)
    assert not log.exists()
    assert supervisor.processes() == {}


@pytest.mark.usefixtures("own_mark", "home")
def test_what_a_process_says_is_in_its_log() -> None:
    run(sleeper("one"))

    until(lambda: supervisor_files.log("unit:one").read_text() == "one speaks 100%\n")


@pytest.mark.usefixtures("own_mark", "home")
def test_orphans_of_a_killed_supervisor_are_ended_before_a_new_one_starts() -> None:
    run(sleeper("one"))
    orphan = pid("unit:one")
    killed = next(pid for pid, part in marks.marked().items() if part == "supervisor")
    os.kill(killed, signal.SIGKILL)
    until(lambda: not supervisor.running())
    supervisor.ensure()

    assert not marks.alive(orphan)
    assert supervisor.running()


@pytest.mark.usefixtures("own_mark", "home")
def test_a_group_that_is_not_there_does_not_count_as_running() -> None:
    assert not supervisor.all_run(["unit"])


@pytest.mark.usefixtures("own_mark", "home")
def test_a_group_that_takes_its_time_to_stop_is_waited_for() -> None:
    slow = ("sh", "-c", "trap 'sleep 1; exit' TERM; while :; do sleep 0.1; done")
    run(Program(group="unit", name="slow", command=slow))
    gone = pid("unit:slow")
    supervisor.let_go(["unit"])
    supervisor.forget(["unit"])

    assert not marks.alive(gone)
    assert supervisor.processes() == {}
