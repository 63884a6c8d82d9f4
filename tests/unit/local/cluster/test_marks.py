import os
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest

from local.cluster import marks

SECONDS = 60
pytestmark = pytest.mark.usefixtures("own_mark")

Start = Callable[[dict[str, str]], int]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a sleeper with these variables; ended after the test."""
    sleepers: list[subprocess.Popen[bytes]] = []

    def started(variables: dict[str, str]) -> int:
        environment = {name: v for name, v in os.environ.items() if name not in marks.mark("")}
        sleepers.append(subprocess.Popen(["sleep", "60"], env=environment | variables))
        pid = sleepers[-1].pid
        deadline = time.monotonic() + SECONDS
        while marks.name_of(pid) != "sleep":  # until the kernel has put the program in place
            assert time.monotonic() < deadline
        return pid

    yield started
    for sleeper in sleepers:
        sleeper.kill()
        sleeper.wait()


def test_a_marked_process_is_found_by_its_part(start: Start) -> None:
    pid = start(marks.mark("unit-test-1"))

    assert marks.marked("unit-test-1") == {pid: "unit-test-1"}
    assert marks.marked()[pid] == "unit-test-1"
    assert pid not in marks.marked("unit-test-2")


def test_a_process_without_the_mark_is_not_ours(start: Start) -> None:
    assert start({}) not in marks.marked()


def test_another_engines_process_is_a_stranger_and_not_ours(start: Start) -> None:
    pid = start({**marks.mark("unit-test-1"), marks.HOME: "/srv/other"})

    assert pid not in marks.marked()
    assert "/srv/other" in marks.strangers()


def test_end_leaves_nothing_alive_and_bears_what_is_gone(start: Start) -> None:
    pid = start(marks.mark("unit-test-1"))
    marks.end(pid)

    assert not marks.alive(pid)
    marks.end(2**22 + 1)


def test_a_process_that_is_gone_has_no_name() -> None:
    assert marks.name_of(2**22 + 1) == ""
