"""One supervisord for the machine: it starts every process of ours and restarts what crashes."""

import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, cast

from supervisor.xmlrpc import Faults, SupervisorTransport

from local.cluster import supervisor_files as files
from local.cluster.marks import alive, end, mark, marked, name_of
from local.cluster.program import Program
from local.errors import EngineError

UP = {"STARTING", "RUNNING", "BACKOFF"}
DO_NOT_WAIT = False
SHIM = "containerd-shim"  # the kernel keeps the first 15 letters of a name
START_SECONDS = 60.0
STOP_SECONDS = 90.0


def running() -> bool:
    """Whether the supervisor answers."""
    try:
        _rpc().supervisor.getState()
    except (OSError, xmlrpc.client.Error):
        return False
    return True


def ensure() -> None:
    """Start the supervisor unless it answers.

    Orphans of one that was killed are ended first; pods and their shims live on.
    """
    if running():
        return
    end(*(pid for pid in marked() if name_of(pid) != SHIM))
    config = files.prepare()
    files.SOCKET.unlink(missing_ok=True)
    with files.OUTPUT.open("w") as out:
        subprocess.Popen(
            [sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(config)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            cwd="/",
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **mark("supervisor")},
        )
    deadline = time.monotonic() + START_SECONDS
    while not running():
        if time.monotonic() > deadline:
            raise EngineError(f"the supervisor did not start; see {files.OUTPUT}")
        time.sleep(0.05)


def shut_down() -> None:
    """End the supervisor with everything that still runs under it."""
    if not running():
        return
    pid = int(cast("Any", _rpc().supervisor.getPID()))
    _rpc().supervisor.shutdown()
    while alive(pid):
        time.sleep(0.05)


def declare(programs: Iterable[Program]) -> None:
    """Make these the members of their groups. A group whose programs differ is replaced."""
    for group, members in groupby(programs, key=lambda program: program.group):
        files.write_group(group, list(members))
    _reload()


def let_go(groups: Sequence[str]) -> None:
    """Ask the groups to stop, and start nothing of them again; does not wait."""
    there = {info["group"] for info in processes().values()}
    for group in there.intersection(groups):
        _rpc().supervisor.stopProcessGroup(group, DO_NOT_WAIT)


def forget(groups: Sequence[str]) -> None:
    """Remove groups, with the logs of their programs."""
    for group in groups:
        files.group_file(group).unlink(missing_ok=True)
    if running():
        _reload()
    for group in groups:
        files.remove_logs(group)


def start(programs: Sequence[Program]) -> None:
    """Start those that do not run, in this order, without waiting for them."""
    states = {name: info["statename"] for name, info in processes().items()}
    for program in programs:
        if states.get(program.full_name) not in UP:
            _start(program.full_name)


def processes() -> dict[str, dict[str, Any]]:
    """What the supervisor knows of each program, by its full name."""
    if not running():
        return {}
    infos = cast("list[dict[str, Any]]", _rpc().supervisor.getAllProcessInfo())
    return {f"{info['group']}:{info['name']}": info for info in infos}


def all_run(groups: Iterable[str]) -> bool:
    """Whether each of these groups is there and every process of it runs."""
    states: dict[str, set[str]] = {group: set() for group in groups}
    for info in processes().values():
        states.get(info["group"], set()).add(info["statename"])
    return all(found == {"RUNNING"} for found in states.values())


def _rpc() -> xmlrpc.client.ServerProxy:
    transport = SupervisorTransport(None, None, f"unix://{files.SOCKET}")
    return xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)


def _start(full_name: str) -> None:
    try:
        _rpc().supervisor.startProcess(full_name, DO_NOT_WAIT)
    except xmlrpc.client.Fault as fault:
        if fault.faultCode != Faults.ALREADY_STARTED:
            raise EngineError(f"{full_name} cannot start: {fault.faultString}") from None


def _reload() -> None:
    """Bring the supervisor's groups in line with the files."""
    changes = cast("Any", _rpc().supervisor.reloadConfig())
    added, changed, removed = changes[0]
    for group in [*changed, *removed]:
        _rpc().supervisor.stopProcessGroup(group)
        _remove(group)
    for group in [*added, *changed]:
        _rpc().supervisor.addProcessGroup(group)


def _remove(group: str) -> None:
    """A process that was told to stop before is not waited for by the group's own stop."""
    deadline = time.monotonic() + STOP_SECONDS
    while True:
        try:
            _rpc().supervisor.removeProcessGroup(group)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode != Faults.STILL_RUNNING or time.monotonic() > deadline:
                raise EngineError(f"{group} cannot be removed: {fault.faultString}") from None
            time.sleep(0.05)
        else:
            return
