"""Dated files in a bucket, each with its checksum beside it, read back before they count."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from components.configuration_job.exporting import digest
from components.verification_job.errors import VerificationError

OBJECTS = "objects/", ".jsonl.gz"
"""How the names of exports begin and end."""
STAMP = "%Y-%m-%dT%H-%M-%SZ"
LENGTH = len("2026-11-21T20-15-30Z")
SUM = ".sha256"


class Place(Protocol):
    """A bucket."""

    def put(self, key: str, body: bytes) -> None:
        """Write an object."""

    def get(self, key: str) -> bytes:
        """Read an object."""

    def names(self, prefix: str) -> list[str]:
        """All keys that begin so, in order."""

    def delete(self, key: str) -> None:
        """Take an object away."""


@dataclass(frozen=True, kw_only=True)
class Folder:
    """The files of one kind, for some days."""

    place: Place
    prefix: str
    """What their names begin with: `objects/`."""
    suffix: str
    """And what they end with: `.jsonl.gz`."""
    keep_days: int

    def keep(self, body: bytes, at: datetime) -> tuple[str, bytes]:
        """Write a file and its checksum; its name, and what was read back."""
        key = f"{self.prefix}{at.astimezone(UTC).strftime(STAMP)}{self.suffix}"
        name = key.rpartition("/")[2]
        self.place.put(key, body)
        # As `sha256sum --check` reads it.
        self.place.put(f"{key}{SUM}", f"{digest(body)}  {name}\n".encode())
        return key, self.fetch(key)

    def fetch(self, key: str) -> bytes:
        """A file that is what its checksum says."""
        body = self.place.get(key)
        wanted, found = self.place.get(f"{key}{SUM}").decode().split()[:1], digest(body)
        if wanted != [found]:
            raise VerificationError(f"{key}: SHA-256 is {found}, written was {' '.join(wanted)}")
        return body

    def expire(self, at: datetime) -> list[str]:
        """Take away what is older than it is kept, but never the newest; which those were."""
        *older, _ = self.files() or [""]
        end = at - timedelta(days=self.keep_days)
        gone = [key for key in older if dated(key, self.prefix) < end]
        for key in gone:
            self.place.delete(key)
            self.place.delete(f"{key}{SUM}")
        return gone

    def files(self) -> list[str]:
        """Their names, oldest first: those that were written to the end."""
        there = self.place.names(self.prefix)
        return list(_whole(there, self.suffix))

    def newest(self) -> str:
        """The last one's name."""
        if files := self.files():
            return files[-1]
        raise VerificationError(f"there is no file {self.prefix}…{self.suffix} yet")


def dated(key: str, prefix: str) -> datetime:
    """When a file was written, by its name."""
    text = key.removeprefix(prefix)[:LENGTH]
    return datetime.strptime(text, STAMP).replace(tzinfo=UTC)


def _whole(names: Iterable[str], suffix: str) -> Iterable[str]:
    there = set(names)
    return (key for key in sorted(there) if key.endswith(suffix) and f"{key}{SUM}" in there)
