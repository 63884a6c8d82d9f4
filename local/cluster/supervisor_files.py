"""What the supervisor reads and writes: its settings, a file per group, a log per program."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from local.cluster.files import write
from local.cluster.marks import mark
from local.cluster.program import Program
from local.paths import SUPERVISOR

SOCKET = SUPERVISOR / "socket"
LOGS = SUPERVISOR / "logs"
GROUPS = SUPERVISOR / "groups"
OUTPUT = LOGS / "supervisord.out"
LOG_BYTES = "5MB"
RETRIES = 1000


def prepare() -> Path:
    """Make the folders and the supervisor's settings; the path of these."""
    GROUPS.mkdir(parents=True, exist_ok=True)
    LOGS.mkdir(exist_ok=True)
    GROUPS.parent.chmod(0o700)
    return write(GROUPS.parent / "supervisord.conf", _settings())


def group_file(group: str) -> Path:
    """Where a group is declared."""
    return GROUPS / f"{group}.conf"


def write_group(group: str, programs: Sequence[Program]) -> None:
    """Declare a group."""
    write(group_file(group), _group(group, programs))


def log(full_name: str) -> Path:
    """Where a program's output goes."""
    return LOGS / f"{full_name.replace(':', '-')}.log"


def remove_logs(group: str) -> None:
    """Remove what a group's programs said."""
    for path in LOGS.glob(f"{group}-*.log*"):
        path.unlink()


def _settings() -> str:
    return _ini(
        {
            "unix_http_server": {"file": str(SOCKET), "chmod": "0600"},
            "supervisord": {
                "logfile": str(LOGS / "supervisord.log"),
                "logfile_maxbytes": LOG_BYTES,
                "logfile_backups": "1",
                "pidfile": str(GROUPS.parent / "pid"),
                "loglevel": "info",
                "silent": "true",
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
