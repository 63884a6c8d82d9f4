"""The stack's live processes, as the kernel holds them: not what a spec asked for."""

import re
from contextlib import suppress

import pytest

from tests.e2e import processes
from tests.e2e.parts import API, POOLER, POSTGRES, REDIS, Part
from tests.e2e.processes import PROC, Process
from tests.e2e.stack import RunningStack

PAUSE = "pause"
SECCOMP_FILTER = 2
TOKENS = "/secrets/kubernetes.io/serviceaccount"


def of(stack: RunningStack, part: Part) -> list[Process]:
    """Every process of a part's pods on this machine."""
    # cgroupfs keeps the dashes of a pod's id, systemd's driver writes underscores.
    ids = {pod.metadata.uid for pod in part.pods(stack)}
    marks = re.compile("|".join(uid.replace("-", "[-_]") for uid in ids))
    found = [p for p in processes.processes() if marks.search(p.cgroups) and p.name != PAUSE]
    assert found, f"{part.name}: no process on this machine"
    return found


def seen(stack: RunningStack, part: Part) -> list[tuple[Process, list[str]]]:
    """Likewise, each with what it sees mounted; some have ended since they were listed."""
    found = []
    for process in of(stack, part):
        with suppress(OSError):
            mounts = (PROC / str(process.pid) / "mounts").read_text().splitlines()
            found.append((process, mounts))
    assert any(mounts for _, mounts in found), f"{part.name}: all processes have ended"
    return [(process, mounts) for process, mounts in found if mounts]


EVERY_PART = pytest.mark.parametrize("part", [API, REDIS, POSTGRES, POOLER], ids=lambda p: p.name)


@EVERY_PART
def test_no_process_is_root(stack: RunningStack, part: Part) -> None:
    assert [p.argv for p in of(stack, part) if p.user == 0] == []


@EVERY_PART
def test_no_process_holds_a_capability(stack: RunningStack, part: Part) -> None:
    assert [(p.argv, hex(p.capabilities)) for p in of(stack, part) if p.capabilities] == []


@EVERY_PART
def test_every_process_is_under_seccomp_and_can_gain_nothing(
    stack: RunningStack, part: Part
) -> None:
    for process in of(stack, part):
        assert process.seccomp == SECCOMP_FILTER, process.argv
        assert process.no_new_privileges, process.argv


@EVERY_PART
def test_every_process_sees_a_read_only_root(stack: RunningStack, part: Part) -> None:
    for process, mounts in seen(stack, part):
        options = next(line.split()[3] for line in mounts if line.split()[1] == "/")
        assert "ro" in options.split(","), process.argv


@pytest.mark.parametrize("part", [API, REDIS], ids=lambda part: part.name)
def test_who_need_not_talk_to_kubernetes_has_no_token_for_it(
    stack: RunningStack, part: Part
) -> None:
    for _, mounts in seen(stack, part):
        assert [line for line in mounts if line.split()[1].endswith(TOKENS)] == []
