"""Locks on a stack whose holder is dead: `python -m stacks.locks STACK` takes them away.

Pulumi's backend in a folder locks a stack by a file that names who holds it. A killed `pulumi`
leaves its file behind, and every later command is refused. Whoever is alive, or on another machine,
keeps the lock.
"""

import json
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

PROC = Path("/proc")
LOCKS = ".pulumi/locks/organization/bulwark"


def main(stack: str) -> None:
    """Say of each lock that is taken away whose it was."""
    for lock, pid in left(folder(os.environ["PULUMI_BACKEND_URL"]), stack):
        lock.unlink(missing_ok=True)
        print(f"pulumi (pid {pid}) was killed while it changed {stack}; its lock is taken away")


def folder(backend: str) -> Path | None:
    """Where a backend in a folder is; other backends see to their locks themselves."""
    url = urlsplit(backend)
    return Path(url.path) if url.scheme == "file" else None


def left(backend: Path | None, stack: str, proc: Path = PROC) -> Iterator[tuple[Path, int]]:
    """Each lock that nobody holds any more, and the process that did."""
    for lock in sorted((backend / LOCKS / stack).glob("*.json")) if backend else ():
        holder = json.loads(lock.read_text(encoding="utf-8"))
        pid, host = int(holder["pid"]), holder["hostname"]
        if host == socket.gethostname() and not _is_pulumi(proc / str(pid)):
            yield lock, pid


def _is_pulumi(process: Path) -> bool:
    """Its number may be another program's by now."""
    try:
        return (process / "comm").read_text().startswith("pulumi")
    except OSError:
        return False


if __name__ == "__main__":
    main(*sys.argv[1:])
