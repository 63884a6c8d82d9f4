"""A measured promise as a file: what was measured, on what, when, with which result."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.prove.figures import Figure, Trial
from tests.prove.machine import Machine

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "evidence"


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What a bar's `measure` hands back: its raw trials and the figures drawn from them."""

    trials: Sequence[Trial]
    figures: Sequence[Figure]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One bar's record. `error` holds the one line that stopped the measurement, if any."""

    bar: str
    promise: str
    command: str
    commit: str
    dirty: bool
    date: str
    seconds: int
    machine: Machine
    figures: Sequence[Figure]
    trials: Sequence[Trial] = field(default=())
    error: str | None = None

    @property
    def holds(self) -> bool:
        """Every figure was measured and keeps its bar."""
        return self.error is None and bool(self.figures) and all(f.holds for f in self.figures)

    def write(self, folder: Path = FOLDER) -> Path:
        """Put the record where the documents read it."""
        record = asdict(self) | {
            "verdict": "kept" if self.holds else "broken",
            "figures": {f.name: _row(f) for f in self.figures},
        }
        path = folder / f"{self.bar}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n")
        return path


def _row(figure: Figure) -> dict[str, Any]:
    row = {name: value for name, value in asdict(figure).items() if name != "name"}
    return {k: v for k, v in row.items() if v is not None or k == "value"} | {"holds": figure.holds}


def read(bar: str, folder: Path = FOLDER) -> dict[str, Any] | None:
    """A bar's last record, or nothing if it was never measured."""
    path = folder / f"{bar}.json"
    if not path.exists():
        return None
    record: dict[str, Any] = json.loads(path.read_text())
    return record


def figures_of(record: dict[str, Any]) -> dict[str, Figure]:
    """The figures of a record, by name."""
    return {
        name: Figure(name=name, **{k: v for k, v in row.items() if k != "holds"})
        for name, row in record["figures"].items()
    }


def commit() -> str:
    """The commit that is measured."""
    return _git("rev-parse", "HEAD")


def dirty() -> bool:
    """Whether the work tree differs from that commit, other than by evidence."""
    return bool(_git("status", "--porcelain", "--", ".", ":!docs/evidence"))


def today() -> str:
    """Now, as records carry it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()
