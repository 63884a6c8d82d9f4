"""Other programs, run to their end: their output, or one line that says what failed."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from local.errors import EngineError


def run(
    *command: str | Path, given: str | None = None, environment: Mapping[str, str] | None = None
) -> str:
    """The program's output. Its last line of complaint becomes the error."""
    argv = [str(part) for part in command]
    try:
        done = subprocess.run(
            argv,
            input=given,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **(environment or {})},
        )
    except FileNotFoundError:
        raise EngineError(
            f"{argv[0]} is not installed; `python -m local build` brings it"
        ) from None
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines() or ["no message"]
        raise EngineError(f"`{' '.join(argv)[:100]}` ended with {done.returncode}: {said[-1]}")
    return done.stdout


def succeeds(*command: str | Path) -> bool:
    """Whether the program ends well; what it prints does not matter."""
    argv = [str(part) for part in command]
    return subprocess.run(argv, capture_output=True, check=False).returncode == 0
