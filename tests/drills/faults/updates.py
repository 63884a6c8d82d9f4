"""Pulumi, killed half-way, and Pulumi, asked to take away what is protected."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.drills.scene import Scene
from tests.e2e.processes import children, family, kill
from tests.e2e.stack import NAME, ROOT, environment, pulumi
from tests.prove.errors import ProveError
from tests.prove.making import asked

CHANGED = {"redis_memory_mib": 272, "memory_quota": "12544Mi", "api_replicas": 3}
"""Another size of three parts, so that half of an update is something."""
DONE = re.compile(r"\b(updated|replaced|created)\b")
LONGEST = 600


class UpdateError(AssertionError):
    """What Pulumi did wrong: the trial counts, and counts as failed."""


@contextmanager
def update_killed(scene: Scene) -> Iterator[None]:
    """Killed after its first change, resumed until it changes nothing more, then taken back."""
    scene.struck("an update begins")
    try:
        scene.note(f"killed after: {_killed()}")
        yield
    finally:
        _resume(scene)
        scene.note("the same update is complete")
        if _run("preview", "--expect-no-changes", env=changed()).returncode:
            raise UpdateError("the resumed update left something to change")
        _require(_run("up", "--yes", "--skip-preview"))
        scene.note("taken back")


def unchanged() -> dict[str, str]:
    """What Pulumi runs in: with the settings that are asked for now, not when it first ran."""
    return environment() | {"SETTINGS": json.dumps(asked())}


def changed() -> dict[str, str]:
    """Likewise, when the stack is to have other sizes."""
    return environment() | {"SETTINGS": json.dumps(asked() | CHANGED)}


@contextmanager
def destroy_refused(scene: Scene) -> Iterator[None]:
    """`pulumi destroy` on a stack whose data is protected ends at its preview."""
    before = resources()
    scene.struck("destroy is asked for")
    done = _run("destroy", "--yes")
    if done.returncode == 0 or "protect" not in done.stdout + done.stderr:
        raise UpdateError(f"destroy was not refused: exit code {done.returncode}")
    scene.note("refused")
    if gone := sorted(set(before) - set(resources())):
        raise UpdateError(f"destroy was refused, and took away: {', '.join(gone)}")
    yield


def require_protection(_: Scene) -> None:
    """Without protection this drill would not be one."""
    if not any(resources().values()):
        raise ProveError(
            f"nothing of stack {NAME!r} is protected, a destroy would succeed;"
            " set protect_data in its settings and raise it again"
        )


def require_unchanged(_: Scene) -> None:
    """An update that nobody asked for must not come along: a stack is as its settings say."""
    if _run("preview", "--expect-no-changes").returncode:
        raise ProveError(
            f"stack {NAME!r} is not as its settings say; give the drill the PARTS and SETTINGS"
            " that it was raised with, or raise it again"
        )


def resources() -> dict[str, bool]:
    """All that Pulumi knows of, and whether it is protected."""
    found = json.loads(pulumi("stack", "export"))["deployment"].get("resources", [])
    return {each["urn"]: bool(each.get("protect")) for each in found}


def _killed() -> str:
    """The line of the first change that an update made before it was killed, whole family."""
    process = subprocess.Popen(
        _command("up", "--yes", "--skip-preview"),
        cwd=ROOT,
        env=changed(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    lines = process.stdout
    try:
        for line in lines or ():
            if DONE.search(line):
                return line.strip()
    finally:
        # Pulumi's plugins lead process groups of their own.
        kill(family(process.pid, children()))
        process.wait()
    raise ProveError(f"the update ended before it could be killed, with {process.returncode}")


def _resume(scene: Scene) -> None:
    """The same update once more. As `make up` does, a killed one's lock is taken away first."""
    unlocked = _run_in(changed(), sys.executable, "-m", "stacks.locks", NAME)
    scene.note(unlocked.stdout.strip() or "it left no lock")
    _require(_run("up", "--yes", "--skip-preview", env=changed()))


def _require(done: subprocess.CompletedProcess[str]) -> None:
    if done.returncode:
        said = (done.stdout + done.stderr).strip().splitlines()[-12:]
        raise UpdateError(f"pulumi up: exit code {done.returncode}: {' | '.join(said)}")


def _run(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    try:
        return _run_in(env or unchanged(), *_command(*arguments))
    except subprocess.TimeoutExpired as late:
        raise UpdateError(f"pulumi {arguments[0]}: not within {LONGEST} s") from late


def _run_in(env: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST,
    )


def _command(*arguments: str) -> list[str]:
    return ["pulumi", "--non-interactive", "--stack", NAME, *arguments]
