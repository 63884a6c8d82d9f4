"""checkov's second opinion on YAML, less what is waived in checkov.yaml."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
TABLE = HERE / "checkov.yaml"
PROGRAM = HERE.parent / ".venv-checkov" / "bin" / "checkov"
OPTIONS = ("--framework", "kubernetes", "--output", "json", "--skip-download", "--quiet")


class ScanError(Exception):
    """checkov gave no verdict; says so in one line."""


@dataclass(frozen=True, order=True)
class Failure:
    """One check that one object fails."""

    check: str
    object: str
    says: str


@dataclass(frozen=True)
class Waiver:
    """A check that some objects need not pass, and why."""

    check: str
    objects: str
    """A shell pattern for checkov's names: `Deployment.fraud.*`."""
    reason: str
    profile: str = "core"
    """The parts without which none of the objects is there."""

    @property
    def expected(self) -> bool:
        """Whether the objects must be there: PARTS says so, as it does to the stack."""
        raised = (os.environ.get("PARTS") or "core").split(",")
        return self.profile == "core" or not {"all", self.profile}.isdisjoint(raised)

    def covers(self, failure: Failure) -> bool:
        """Whether this failure is a known one."""
        return failure.check == self.check and fnmatchcase(failure.object, self.objects)


def waivers(table: Path = TABLE) -> tuple[Waiver, ...]:
    """The waivers, each for one pattern: a table's entry may name several."""
    entries: list[dict[str, Any]] = yaml.safe_load(table.read_text())
    return tuple(
        Waiver(**{**entry, "objects": pattern}) for entry in entries for pattern in entry["objects"]
    )


def scan(folder: Path) -> Iterator[Failure]:
    """What checkov finds wrong with the YAML of a folder."""
    if not PROGRAM.exists():
        raise ScanError(f"{PROGRAM} is missing; run `make checkov-venv`")
    done = subprocess.run(
        [PROGRAM, "--directory", folder, *OPTIONS], capture_output=True, text=True, check=False
    )
    try:
        failed = json.loads(done.stdout)["results"]["failed_checks"]
    except (ValueError, KeyError, TypeError):
        print(done.stdout + done.stderr, file=sys.stderr)
        raise ScanError(f"checkov judged nothing in {folder}; its words stand above") from None
    for each in failed:
        yield Failure(each["check_id"], each["resource"], each["check_name"])


def judge(failures: Iterable[Failure], known: Iterable[Waiver]) -> Iterator[str]:
    """What is wrong: every failure that nobody waived, and every waiver that excuses nothing."""
    found, known = sorted(set(failures)), tuple(known)
    for failure in found:
        if not any(waiver.covers(failure) for waiver in known):
            yield f"{failure.object}: {failure.says} ({failure.check})"
    for waiver in known:
        if waiver.expected and not any(waiver.covers(failure) for failure in found):
            yield f"{waiver.objects}: the waiver of {waiver.check} excuses nothing; remove it"
