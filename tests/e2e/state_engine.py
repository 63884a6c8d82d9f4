"""Pulumi's own commands for a stack's state."""

import json
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e import timeouts

State = dict[str, Any]
"""As Pulumi exports one."""


class StateError(AssertionError):
    """Why a state was not kept or not taken, in one line."""


@dataclass(frozen=True)
class Engine:
    """Pulumi, for one stack of a project."""

    stack: str
    folder: Path
    environment: Mapping[str, str]

    def export(self) -> State:
        """The state; secrets are what the stack's own key made of them."""
        read: State = json.loads(self._ask("stack", "export"))
        return read

    def take(self, state: State) -> None:
        """Make this the stack's state."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "state.json"
            file.touch(mode=0o600)
            file.write_text(json.dumps(state))
            self._ask("stack", "import", "--file", str(file))

    def _ask(self, *words: str) -> str:
        done = subprocess.run(
            ["pulumi", "--non-interactive", "--stack", self.stack, *words],
            cwd=self.folder,
            env=dict(self.environment),
            capture_output=True,
            text=True,
            check=False,
            timeout=timeouts.COMMAND,
        )
        if done.returncode:
            said = done.stderr.strip().splitlines() or ["no reason given"]
            raise StateError(f"pulumi {' '.join(words[:2])}, stack {self.stack!r}: {said[-1]}")
        return done.stdout


def resources(state: State) -> list[dict[str, Any]]:
    """What the stack has."""
    found: list[dict[str, Any]] = (state.get("deployment") or {}).get("resources") or []
    return found


def urns(state: State) -> set[str]:
    """The names of what the stack has, but for the stack itself."""
    return {it["urn"] for it in resources(state) if it["type"] != "pulumi:pulumi:Stack"}
