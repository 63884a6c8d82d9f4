"""What a policy is: a name, a sentence, a level, what it looks at, and a pure function."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeVar

from policies.unknowns import NotYetKnownError

Manifest = Mapping[str, Any]
"""A Kubernetes object as plain data, as in a YAML file."""

Seen = TypeVar("Seen")
"""What the engine shows at once: one object, or all objects of the stack."""


class Level(Enum):
    """What a violation does: a note, or the end of the preview or update."""

    ADVISORY = "advisory"
    MANDATORY = "mandatory"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One thing to judge: an object, or a part of it such as a container."""

    where: str
    """How a message calls it: `container api`."""
    body: Manifest
    """The plain data that the rule reads."""
    owner: Manifest
    """The whole object that it belongs to."""


@dataclass(frozen=True)
class Finding:
    """What a policy has to say about one subject."""

    text: str
    owner: Manifest


@dataclass(frozen=True)
class Undecided(Finding):
    """A subject that only the update can judge, for a value that is not known yet."""

    path: str
    """Where that value is."""


DEV = frozenset({"dev", "drill"})
"""The stacks of one machine, by their names: what they lose can be made again."""


@dataclass(frozen=True, kw_only=True)
class Policy(Generic[Seen]):
    """A rule with its name, its sentence and its level."""

    name: str
    sentence: str
    of: Callable[[Seen], Iterator[Subject]]
    """Picks what to judge."""
    complaints: Callable[[Manifest], Iterator[str]]
    """The rule: what is wrong with a subject's body, nothing if all is well."""
    level: Level = Level.MANDATORY
    in_dev: Level = Level.MANDATORY

    def level_in(self, stack: str) -> Level:
        """The level for a stack. Every name but those of one machine's is production."""
        return self.in_dev if stack in DEV else self.level

    def findings(self, seen: Seen) -> Iterator[Finding]:
        """All that is wrong. An unknown value spoils the verdict on its subject, not on others."""
        try:
            for subject in self.of(seen):
                yield from self._about(subject)
        except NotYetKnownError as unknown:
            yield Undecided(str(unknown), {}, unknown.path)

    def _about(self, subject: Subject) -> Iterator[Finding]:
        try:
            for complaint in self.complaints(subject.body):
                yield Finding(f"{subject.where} {complaint}", subject.owner)
        except NotYetKnownError as unknown:
            yield Undecided(f"{subject.where}: {unknown}", subject.owner, unknown.path)


Objects = Sequence[Manifest]
"""All Kubernetes objects of a stack."""
ObjectPolicy = Policy[Manifest]
StackPolicy = Policy[Objects]
