"""Which earlier trials still count: those of the same pinned tools, packages and images."""

import hashlib
from collections.abc import Iterator

from tests.prove.evidence import ROOT, commit, read, today
from tests.prove.figures import Trial

PINNED = [
    "local/modules",
    "local/tools/table.py",
    # In the order of their names, as the trials that were made so far read them.
    "requirements-app.lock",
    "requirements-checkov.lock",
    "requirements-policies.lock",
    "requirements.lock",
    "components/versions.py",
]
"""The core profile's. Further tools, packages and images have files of their own."""


def pins() -> str:
    """A short name for all pins together; it changes when any of them does."""
    digest = hashlib.sha256()
    for pattern in PINNED:
        for found in sorted(ROOT.glob(pattern)):
            files = sorted(found.rglob("*")) if found.is_dir() else [found]
            for file in files:
                if file.is_file():
                    digest.update(file.relative_to(ROOT).as_posix().encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def stamp() -> Trial:
    """What says later whether a trial still counts, and where it came from."""
    return {"pins": pins(), "commit": commit(), "date": today()}


def kept(bar: str, kind: str) -> Iterator[Trial]:
    """Earlier trials of a kind that is too long to repeat every time."""
    record = read(bar)
    for trial in record["trials"] if record else ():
        if trial.get("kind") == kind and trial.get("pins") == pins():
            yield trial
