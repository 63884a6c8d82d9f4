"""One supervisord for the machine: it starts every process of ours and restarts what crashes."""

import shlex
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, cast

from supervisor.xmlrpc import SupervisorTransport

from local.cluster.files import write
from local.cluster.marks import alive, end, mark, marked, name_of
from local.cluster.program import Program
from local.errors import EngineError
from local.paths import SUPERVISOR

SOCKET = SUPERVISOR / "socket"
LOGS = SUPERVISOR / "logs"
GROUPS = SUPERVISOR / "groups"
UP = {"STARTING", "RUNNING", "BACKOFF"}
LOG_BYTES = "5MB"
RETRIES = 1000
DO_NOT_WAIT = False
SHIM = "containerd-shim"  # the kernel keeps the first 15 letters of a name
START_SECONDS = 10.0


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
    GROUPS.mkdir(parents=True, exist_ok=True)
    LOGS.mkdir(exist_ok=True)
    SUPERVISOR.chmod(0o700)
    SOCKET.unlink(missing_ok=True)
    config = write(SUPERVISOR / "supervisord.conf", _settings())
    with (LOGS / "supervisord.out").open("w") as out:
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
            raise EngineError(f"the supervisor did not start; see {LOGS}/supervisord.out")
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
        write(GROUPS / f"{group}.conf", _group(group, list(members)))
    _reload()


def let_go(groups: Sequence[str]) -> None:
    """Ask the groups to stop, and start nothing of them again; does not wait."""
    there = {info["group"] for info in processes().values()}
    for group in there.intersection(groups):
        _rpc().supervisor.stopProcessGroup(group, DO_NOT_WAIT)


def forget(groups: Sequence[str]) -> None:
    """Remove groups, with the logs of their programs."""
    for group in groups:
        (GROUPS / f"{group}.conf").unlink(missing_ok=True)
    if running():
        _reload()
    for group in groups:
        for path in LOGS.glob(f"{group}-*.log*"):
            path.unlink()


def start(programs: Sequence[Program]) -> None:
    """Start those that do not run, in this order, without waiting for them."""
    states = {name: info["statename"] for name, info in processes().items()}
    for program in programs:
        if states.get(program.full_name) not in UP:
            _rpc().supervisor.startProcess(program.full_name, DO_NOT_WAIT)


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


def log(full_name: str) -> Path:
    """Where a program's output goes."""
    return LOGS / f"{full_name.replace(':', '-')}.log"


def _rpc() -> xmlrpc.client.ServerProxy:
    transport = SupervisorTransport(None, None, f"unix://{SOCKET}")
    return xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)


def _reload() -> None:
    """Bring the supervisor's groups in line with the files."""
    changes = cast("Any", _rpc().supervisor.reloadConfig())
    added, changed, removed = changes[0]
    for group in [*changed, *removed]:
        _rpc().supervisor.stopProcessGroup(group)
        _rpc().supervisor.removeProcessGroup(group)
    for group in [*added, *changed]:
        _rpc().supervisor.addProcessGroup(group)


def _settings() -> str:
    return _ini(
        {
            "unix_http_server": {"file": str(SOCKET), "chmod": "0600"},
            "supervisord": {
                "logfile": str(LOGS / "supervisord.log"),
                "logfile_maxbytes": LOG_BYTES,
                "logfile_backups": "1",
                "pidfile": str(SUPERVISOR / "pid"),
                "loglevel": "info",
            },
            "rpcinterface:supervisor": {
                "supervisor.rpcinterface_factory": (
                    "supervisor.rpcinterface:make_main_rpcinterface"
                )
            },
            "include": {"files": str(GROUPS / "*.conf")},
        }
    )


def _group(group: str, programs: Sequence[Program]) -> str:
    sections = {
        f"program:{group}-{program.name}": {
            "process_name": program.name,
            "command": _escape(shlex.join(program.command)),
            "environment": _environment(program),
            "autostart": "false",
            "autorestart": "true",
            "startretries": str(RETRIES),
            "stopwaitsecs": "10",
            "redirect_stderr": "true",
            "stdout_logfile": str(log(program.full_name)),
            "stdout_logfile_maxbytes": LOG_BYTES,
            "stdout_logfile_backups": "1",
        }
        for program in programs
    }
    members = ",".join(f"{group}-{program.name}" for program in programs)
    return _ini({f"group:{group}": {"programs": members}, **sections})


def _environment(program: Program) -> str:
    """The fingerprint is in here so that the supervisor sees changed settings as a change."""
    variables = {
        **program.environment,
        **mark(program.group),
        "BULWARK_SETTINGS": program.fingerprint(),
    }
    return ",".join(f'{name}="{_escape(value)}"' for name, value in variables.items())


def _escape(text: str) -> str:
    return text.replace("%", "%%")


def _ini(sections: dict[str, dict[str, str]]) -> str:
    lines = []
    for section, options in sections.items():
        lines += [f"[{section}]", *(f"{name} = {value}" for name, value in options.items()), ""]
    return "\n".join(lines)
