"""What a process said."""

import subprocess

from local.cluster import supervisor, supervisor_files
from local.errors import EngineError

LINES = 200


def logs(process: str | None, *, follow: bool = False) -> None:
    """Hand over to `tail` on the log of a process, or list the processes."""
    names = sorted(supervisor.processes())
    if process is None:
        print("\n".join(f"{name:<36}  {supervisor_files.log(name)}" for name in names))
        return
    path = str(supervisor_files.log(chosen(process, names)))
    subprocess.run(["tail", "-n", str(LINES), *(["-F"] if follow else []), path], check=False)


def chosen(process: str, names: list[str]) -> str:
    """The full name: `etcd` will do where one cluster has one."""
    matches = [name for name in names if process in (name, name.split(":")[1])]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise EngineError(f"{process!r} is one of several: {', '.join(matches)}")
    raise EngineError(f"no process is called {process!r}; there are: {', '.join(names) or 'none'}")
