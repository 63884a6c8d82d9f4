"""What a draft would have done to payments that were judged by the live rules, counted."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from app.domain.rules import Rule
from app.domain.ruling import settled
from app.domain.scoring import Outcome

_SAMPLES: Final = 10


@dataclass(slots=True)
class Group:
    """Some payments."""

    payments: int = 0
    frauds: int = 0
    """Of those whose label is known."""
    genuine: int = 0
    samples: list[int] = field(default_factory=list)
    """The first few ids."""

    def add(self, transaction_id: int, *, fraud: bool | None) -> None:
        """Count one."""
        self.payments += 1
        self.frauds += fraud is True
        self.genuine += fraud is False
        if len(self.samples) < _SAMPLES:
            self.samples.append(transaction_id)

    @property
    def precision(self) -> float | None:
        """The share of frauds, where labels are known."""
        known = self.frauds + self.genuine
        return self.frauds / known if known else None


@dataclass(frozen=True, slots=True)
class Compared:
    """One payment under both."""

    transaction_id: int
    fraud: bool | None
    live: Outcome
    draft: Outcome
    model: Outcome
    """What the model alone says, under the draft's thresholds."""
    hits: Sequence[Rule]
    """Of the draft."""


@dataclass(slots=True)
class Tally:
    """What was found so far."""

    every: Group = field(default_factory=Group)
    live: Mapping[Outcome, Group] = field(default_factory=lambda: {o: Group() for o in Outcome})
    draft: Mapping[Outcome, Group] = field(default_factory=lambda: {o: Group() for o in Outcome})
    moves: defaultdict[tuple[Outcome, Outcome], Group] = field(
        default_factory=lambda: defaultdict(Group)
    )
    """From what the live rules do to what the draft does, where it is not the same."""
    hits: defaultdict[str, Group] = field(default_factory=lambda: defaultdict(Group))
    """By the code of the rule."""
    alone: defaultdict[str, Group] = field(default_factory=lambda: defaultdict(Group))
    """Likewise, where the outcome would be another one without that rule: what it is worth."""

    def add(self, one: Compared) -> None:
        """Count one."""
        groups = [self.every, self.live[one.live], self.draft[one.draft]]
        if one.live is not one.draft:
            groups.append(self.moves[one.live, one.draft])
        for rule in one.hits:
            groups.append(self.hits[rule.code])
            others = [other.then for other in one.hits if other is not rule]
            if settled(one.model, others) is not one.draft:
                groups.append(self.alone[rule.code])
        for group in groups:
            group.add(one.transaction_id, fraud=one.fraud)

    def stopped(self, outcomes: Mapping[Outcome, Group]) -> Group:
        """What is reviewed or declined."""
        both = outcomes[Outcome.REVIEW], outcomes[Outcome.DECLINE]
        return Group(*(sum(getattr(one, name) for one in both) for name in _COUNTS))

    def recall(self, group: Group) -> float | None:
        """The share of all known frauds that is in a group."""
        return group.frauds / self.every.frauds if self.every.frauds else None


_COUNTS: Final = ("payments", "frauds", "genuine")
