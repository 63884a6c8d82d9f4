import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.processes import parent_of
from tests.load.meter import Processes, machine, pod_seconds, process_seconds, spent

UID = "0a1b2c3d-1111-2222-3333-444455556666"
BURNT = 0.3
# The kernel counts in ticks and drops what is left of each, so less is asked for than is burnt.
BURN = f"import time\nwhile time.process_time() < {2 * BURNT}: pass\n"


def test_cpu_is_summed_by_name_and_what_began_in_between_counts_whole() -> None:
    before = {("scorer", "a"): 5.0, ("redis", "r"): 1.0, ("scorer", "gone"): 7.0}
    after = {("scorer", "a"): 6.5, ("scorer", "b"): 2.0, ("redis", "r"): 1.25}

    assert spent(before, after) == {"redis": 0.25, "scorer": 3.5}


@pytest.mark.parametrize(
    "folder",
    [
        f"cpuacct/bulwark/primary-1/kubepods/burstable/pod{UID}",
        f"cpuacct/bulwark/primary-1/kubepods.slice/kubepods-pod{UID.replace('-', '_')}.slice",
    ],
)
def test_a_pods_cgroup_is_found_by_its_uid_in_version_1(tmp_path: Path, folder: str) -> None:
    inner = tmp_path / folder / "container"
    inner.mkdir(parents=True)
    (inner / "cpuacct.usage").write_text("999999999999\n")
    (inner.parent / "cpuacct.usage").write_text("2500000000\n")

    assert pod_seconds({UID: "scorer"}, tmp_path) == {UID: 2.5}


def test_a_pods_cgroup_is_found_by_its_uid_in_version_2(tmp_path: Path) -> None:
    folder = tmp_path / "bulwark" / "primary-1" / "kubepods" / f"pod{UID}"
    folder.mkdir(parents=True)
    (folder / "cpu.stat").write_text("usage_usec 1250000\nuser_usec 1\nsystem_usec 2\n")

    assert pod_seconds({UID: "scorer"}, tmp_path) == {UID: 1.25}


def test_a_pod_without_a_cgroup_here_is_left_out(tmp_path: Path) -> None:
    assert pod_seconds({UID: "scorer"}, tmp_path) == {}


def test_a_process_is_counted_with_what_it_starts() -> None:
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BURN!r}])"
    process = subprocess.Popen(
        [sys.executable, "-c", f"{code}; input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    measured = Processes({"it": [process.pid]})
    try:
        while sum(measured().values()) < BURNT:
            assert process.poll() is None
    finally:
        process.communicate(b"\n")


def test_a_process_that_is_gone_has_used_nothing() -> None:
    assert process_seconds(2**22 + 1) == 0
    assert parent_of(2**22 + 1) is None
    assert parent_of(os.getpid()) == os.getppid()


def test_the_machine_only_ever_gets_older() -> None:
    before = machine()

    assert all(seconds >= 0 for seconds in spent(before, machine()).values())
