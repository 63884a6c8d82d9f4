"""The machine's Go: its own proxy and checksum settings, our caches and flags."""

import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from local import paths
from local.errors import EngineError

OLDEST = (1, 26, 8)
"""What the lock modules' go.mod lines ask for."""
FLAGS = "-modcacherw -trimpath"
LINK = "-s -w"
NOISE = ("go: downloading ", "# ")
"""Lines of a build log that never tell why it failed."""


def environment(*, cgo: bool = False) -> dict[str, str]:
    """The machine's environment, with caches of our own, so that an empty cache is honest."""
    return os.environ | {
        "GOCACHE": str(paths.CACHE / "go" / "build"),
        "GOMODCACHE": str(paths.CACHE / "go" / "mod"),
        "GOFLAGS": FLAGS,
        "GOWORK": "off",
        "GOTOOLCHAIN": "local",
        "CGO_ENABLED": "1" if cgo else "0",
    }


def require() -> None:
    """Stop unless a Go that can build everything is on PATH."""
    wanted = ".".join(map(str, OLDEST))
    if not shutil.which("go"):
        raise EngineError(f"go is missing; install Go {wanted} or newer and put it on PATH")
    asked = subprocess.run(
        ["go", "env", "GOVERSION"], env=environment(), capture_output=True, text=True, check=False
    )
    found = re.match(r"go(\d+)\.(\d+)(?:\.(\d+))?", asked.stdout)
    if not found:
        raise EngineError(f"`go env GOVERSION` said {_last(asked.stdout + asked.stderr)!r}")
    if tuple(int(number or 0) for number in found.groups()) < OLDEST:
        raise EngineError(f"go is {found.group()}; the tools need Go {wanted} or newer")


def fetch(module: str, version: str, checksum: str, *, lock: Path | None, folder: Path) -> Path:
    """Download a module, refuse a zip that is not the pinned one, and say where it lies."""
    query = module if lock else f"{module}@{version}"
    # Our pin is stricter than the checksum database, which does not know every module.
    env = environment() | {"GONOSUMDB": module}
    asked = subprocess.run(
        ["go", "mod", "download", "-json", query],
        cwd=lock or folder,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    told = _json(asked.stdout)
    if "Dir" not in told:
        why = told.get("Error") or asked.stderr
        raise EngineError(f"{module}@{version} cannot be downloaded: {_last(why)}")
    if (told["Version"], told["Sum"]) != (version, checksum):
        raise EngineError(
            f"{module}@{version} refused: the download is {told['Version']} with checksum "
            f"{told['Sum']}, pinned is {checksum}; ask who changed it before you change the pin"
        )
    return Path(told["Dir"])


def run(command: Sequence[str], *, folder: Path, env: Mapping[str, str], log: Path) -> None:
    """Run a build with its output in a log; the error tells the log's last line that matters."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as output:
        # A session of its own, so that all of it can be stopped; and it dies with us.
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *command],
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            status = process.wait()
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
    if status == 0:
        return
    text = log.read_text(errors="replace")
    if status < 0 or "signal: killed" in text:
        raise EngineError(
            f"the build was killed, perhaps for lack of memory; the same command resumes it ({log})"
        )
    if "no space left on device" in text:
        raise EngineError(f"the disk is full; free some and run the same command again ({log})")
    raise EngineError(f"the build failed: {_last(text)} ({log})")


def _json(text: str) -> dict[str, str]:
    try:
        told: dict[str, str] = json.loads(text)
    except ValueError:
        return {}
    return told


def _last(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    meaningful = [line for line in lines if not line.startswith(NOISE)]
    return (meaningful or lines or ["nothing"])[-1]
