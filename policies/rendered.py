"""The stack as YAML, judged by the policies and by checkov, without a cluster.

`python -m policies.rendered` renders the stack named by STACK (dev) and judges it;
`python -m policies.rendered FOLDER` has checkov judge the YAML of a folder as it is.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from policies import checkov
from policies.pack import idle_waivers
from policies.policy import Manifest

PACK = Path(__file__).resolve().parent
ROOT = PACK.parent


class RenderError(Exception):
    """The stack could not be rendered; says so in one line."""


def render(stack: str, folder: Path) -> None:
    """Write every object of a stack into the folder. The policies judge the update that does it.

    Pulumi gets a project of its own: it writes into a project's folder and keeps a state, and
    both of the repository's belong to the stack that really runs.
    """
    settings = _rendering(stack, folder)
    with TemporaryDirectory() as place:
        project = Path(place)
        (project / "state").mkdir()
        for shared in ("stacks", "Pulumi.yaml"):
            (project / shared).symlink_to(ROOT / shared)
        (project / f"Pulumi.{stack}.yaml").write_text(yaml.safe_dump(settings))

        _pulumi(project, "stack", "init", stack)
        _pulumi(project, "up", "--yes", "--skip-preview", "--policy-pack", str(PACK))


def _rendering(stack: str, folder: Path) -> dict[str, Any]:
    """The stack's settings, pointed at the folder."""
    given = ROOT / f"Pulumi.{stack}.yaml"
    if not given.exists():
        known = ", ".join(sorted(each.suffixes[0][1:] for each in ROOT.glob("Pulumi.*.yaml")))
        raise RenderError(f"no stack is named {stack!r}; there are: {known}")
    settings: dict[str, Any] = yaml.safe_load(given.read_text())
    settings["config"]["bulwark:settings"]["render_to"] = str(folder)
    return settings


def _pulumi(project: Path, *arguments: str) -> None:
    own = {
        "PULUMI_BACKEND_URL": f"file://{project}/state",
        "PULUMI_CONFIG_PASSPHRASE": "",
        # Nobody needs the state of a half-done rendering: 50 s instead of 230.
        "PULUMI_EXPERIMENTAL": "true",
        "PULUMI_SKIP_CHECKPOINTS": "true",
    }
    if not shutil.which("pulumi"):
        raise RenderError("pulumi is not on PATH; run `make engine`, or install it")
    done = subprocess.run(
        ["pulumi", "--non-interactive", *arguments],
        cwd=project,
        env=os.environ | own,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        print(done.stdout + done.stderr, file=sys.stderr)
        raise RenderError(f"pulumi {arguments[0]} failed; its words stand above")


def _objects(folder: Path) -> list[Manifest]:
    # Not the definitions of an operator's kinds: they take seconds to read, and no policy does.
    return [yaml.safe_load(each.read_text()) for each in folder.glob("1-manifest/*.yaml")]


def verdict(folder: Path, *also: str) -> int:
    """Tell what is wrong with the YAML of a folder, and what else is. Zero if nothing is."""
    failures = set(checkov.scan(folder))
    known = checkov.waivers()
    wrong = [*also, *checkov.judge(failures, known)]
    for each in wrong:
        print(each)
    objects = len(list(folder.rglob("*.yaml")))
    print(f"checkov: {objects} objects, {len(wrong)} to mend, {len(failures)} findings in all")
    return 1 if wrong else 0


def main(arguments: list[str]) -> int:
    """Judge a given folder, or the stack after rendering it."""
    try:
        if arguments:
            return verdict(Path(arguments[0]))
        with TemporaryDirectory() as place:
            render(os.environ.get("STACK") or "dev", Path(place))
            return verdict(Path(place), *idle_waivers(_objects(Path(place))))
    except (RenderError, checkov.ScanError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
