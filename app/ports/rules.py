"""Where rule sets, lists and the record of their changes are kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from app.domain.rules import Party, RuleSet
from app.domain.ruling import Lists


class State(StrEnum):
    """What has become of a version."""

    DRAFT = "draft"
    """May be written again."""
    LIVE = "live"
    """Judges. Never written again, like one that is retired."""
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Stored:
    """A rule set as it stands."""

    rules: RuleSet
    note: str
    """What its author says about it."""
    state: State
    author: str
    created_at: datetime
    edition: int
    """How often the draft was written: what was tested is one edition."""
    test: Mapping[str, Any] | None
    """What the last test run of this edition found."""
    tested_at: datetime | None
    live_by: str | None
    live_at: datetime | None


@dataclass(frozen=True, slots=True)
class Entry:
    """Someone on a list."""

    list: str
    of: Party
    id: int
    why: str
    added_by: str = ""
    added_at: datetime | None = None
    expires_at: datetime | None = None
    """From then on it counts no more."""


@dataclass(frozen=True, slots=True)
class Change:
    """A line of the audit."""

    number: int
    at: datetime
    actor: str
    action: str
    subject: str
    before: Any
    after: Any
    why: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What judges now: the live version, and the lists that it names."""

    revision: int
    """The number of the last change: another one means that something is different."""
    rules: RuleSet
    lists: Lists
    good_until: datetime | None
    """When the next entry expires."""


class RuleBook(Protocol):
    """Every change is audited in its own transaction, and is on two instances when it returns.

    All of them raise `LogAway` when Postgres does not answer.
    """

    async def create(self, rules: RuleSet, note: str, actor: str) -> Stored:
        """A new draft under the next version, whatever version `rules` names."""

    async def replace(self, rules: RuleSet, note: str, actor: str) -> Stored:
        """Write the draft again. Raises `Unknown`, or `Refused` if it is no draft."""

    async def get(self, version: int) -> Stored:
        """One version. Raises `Unknown`."""

    async def page(self, before: int, limit: int) -> Sequence[Stored]:
        """Versions below `before`, the newest first."""

    async def tested(self, stored: Stored, found: Mapping[str, Any], actor: str) -> None:
        """Keep what a test run found. Raises `Refused` if it was written again meanwhile."""

    async def go_live(self, version: int, actor: str, why: str, *, forced: bool) -> None:
        """Let a version judge; 0 is the built-in one. Raises `Unknown` or `Refused`."""

    async def standing(self, known: int | None) -> Standing | None:
        """What judges now, or nothing if that is of the known revision still."""

    async def lists(self, named: RuleSet) -> Lists:
        """The entries, not expired, of the lists that these rules name."""


class ListBook(Protocol):
    """Lists: entries count from the next look of every replica on. Audited like rule sets."""

    async def names(self) -> Sequence[tuple[str, Party, int]]:
        """Each list with whose ids it holds, and how many."""

    async def entries(self, name: str, after: tuple[str, int], limit: int) -> Sequence[Entry]:
        """Of one list, by party and id."""

    async def add(self, entries: Sequence[Entry], actor: str) -> None:
        """Add or replace, all or none. Raises `Refused` when lists get too long."""

    async def remove(self, name: str, of: Party, one: int, actor: str, why: str) -> None:
        """Take one off. Raises `Unknown`."""


class Audit(Protocol):
    """What was changed by whom. It only grows."""

    async def changes(self, before: int, limit: int) -> Sequence[Change]:
        """The changes with smaller numbers, the newest first."""
