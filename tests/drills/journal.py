"""Trials as they were made, one a line: what was broken off goes on where it was.

A trial counts for as long as the pinned tools and packages, and what decides a failover, are the
same. What the last record of a bar holds counts as well, so that another machine can go on.
"""

import hashlib
import json
from pathlib import Path

from tests.prove.evidence import ROOT, read
from tests.prove.figures import Trial
from tests.prove.pins import pins

FOLDER = ROOT / "build" / "drills"
DECIDING = (
    "app/adapters/postgres.py",
    "components/fraud_pods.py",
    "components/postgres.py",
    "components/postgres_operator.py",
    "components/postgres_specs.py",
)
"""What a failover's length depends on, beside the pins."""


def counted() -> str:
    """A short name of everything that makes two trials comparable."""
    digest = hashlib.sha256(pins().encode())
    for name in DECIDING:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()[:16]


def append(trial: Trial, folder: Path = FOLDER) -> None:
    """Keep a trial, whatever it shows."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{trial['drill']}.jsonl").open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(trial) + "\n")


def trials(drill: str, bar: str = "", folder: Path = FOLDER) -> list[Trial]:
    """A drill's trials that count, the oldest first; none is left out for what it shows."""
    file = folder / f"{drill}.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    record = read(bar) if bar else None
    made: list[Trial] = [*(record["trials"] if record else ()), *map(json.loads, lines)]
    mine = {t["id"]: t for t in made if t.get("drill") == drill and t.get("pins") == counted()}
    return sorted(mine.values(), key=lambda trial: str(trial["date"]))
