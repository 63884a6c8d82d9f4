"""Rules that analysts write, each of a kind that says what it compares and how to put it in words.

A rule hits when all of its conditions hold. Conditions compare columns of the model's own features,
so a rule sees exactly what the model sees; spans are those for which there is a feature.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar, Literal, NamedTuple

from app.domain.multiples import multiple, spans
from app.domain.scoring import Outcome, Thresholds
from app.domain.transactions import Transaction

Party = Literal["customer", "terminal"]
Values = Mapping[str, float]
"""A payment's features by name, and what follows from them."""

MOST_RULES = 100
CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
"""What a rule and a list may be called."""


class Condition(NamedTuple):
    """That a column is above a limit."""

    column: str
    limit: float


def _known_span(columns: str, span: str) -> None:
    if span not in (known := spans(columns)):
        raise ValueError(f"span {span!r}: need one of {', '.join(known)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What all kinds have."""

    kind: ClassVar[str]
    code: str
    """How reasons and metrics name it: `rule:<code>`."""
    then: Outcome
    words: str = ""
    """What it is for, in front of what it found."""

    def conditions(self) -> tuple[Condition, ...]:
        """All of which have to hold."""
        return ()

    def finding(self, payment: Transaction, values: Values) -> str:
        """What it found in a payment that it hits."""
        raise NotImplementedError

    def says(self, payment: Transaction, values: Values) -> str:
        """The reason's text."""
        found = self.finding(payment, values)
        return f"{self.words}: {found}" if self.words else found


@dataclass(frozen=True, slots=True, kw_only=True)
class Velocity(Rule):
    """More payments than a limit. A terminal's end a week ago, like the model's."""

    kind: ClassVar[str] = "velocity"
    of: Party
    span: str
    more_than: int

    def __post_init__(self) -> None:
        """Refuse a span for which nothing is counted."""
        _known_span(f"{self.of}_count", self.span)

    def conditions(self) -> tuple[Condition, ...]:
        """See `Rule`."""
        return (Condition(f"{self.of}_count_{self.span}", self.more_than),)

    def finding(self, payment: Transaction, values: Values) -> str:
        """See `Rule`."""
        count = values[f"{self.of}_count_{self.span}"]
        end = " up to a week ago" if self.of == "terminal" else ""
        who = payment.customer_id if self.of == "customer" else payment.terminal_id
        found = f"{count:.0f} payments of {self.of} {who} in {days(self.span)}{end}"
        return f"{found}, over {self.more_than}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount(Rule):
    """An amount above a limit."""

    kind: ClassVar[str] = "amount"
    more_than: float

    def conditions(self) -> tuple[Condition, ...]:
        """See `Rule`."""
        return (Condition("amount", self.more_than),)

    def finding(self, payment: Transaction, _: Values) -> str:
        """See `Rule`."""
        return f"amount {payment.amount:.2f}, over {self.more_than:.2f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusual(Rule):
    """An amount above a multiple of what this customer paid on average before this payment."""

    kind: ClassVar[str] = "unusual"
    times: float
    span: str = "30d"
    earlier: int = 3
    """How many payments before it the average must rest on, at least."""
    more_than: float = 0
    """Below this the multiple does not matter."""

    def __post_init__(self) -> None:
        """Refuse a span for which there is no average."""
        _known_span("customer_mean", self.span)

    def conditions(self) -> tuple[Condition, ...]:
        """See `Rule`. The window counts the present payment too."""
        return (
            Condition(multiple(self.span), self.times),
            Condition(f"customer_count_{self.span}", max(self.earlier, 1)),
            Condition("amount", self.more_than),
        )

    def finding(self, payment: Transaction, values: Values) -> str:
        """See `Rule`."""
        found = values[multiple(self.span)]
        return (
            f"amount {payment.amount:.2f} is {found:.1f} times this customer's average"
            f" of {days(self.span)}, {payment.amount / found:.2f}; over {self.times:g} times"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk(Rule):
    """A terminal of whose payments, up to a week ago, more than a share turned out fraudulent."""

    kind: ClassVar[str] = "risk"
    share: float
    span: str = "7d"
    payments: int = 3
    """How many payments the share must rest on, at least."""

    def __post_init__(self) -> None:
        """Refuse a span for which no frauds are counted."""
        _known_span("terminal_risk", self.span)

    def conditions(self) -> tuple[Condition, ...]:
        """See `Rule`."""
        enough = Condition(f"terminal_count_{self.span}", self.payments - 1)
        return (Condition(f"terminal_risk_{self.span}", self.share), enough)

    def finding(self, payment: Transaction, values: Values) -> str:
        """See `Rule`."""
        count, risk = values[f"terminal_count_{self.span}"], values[f"terminal_risk_{self.span}"]
        return (
            f"{count * risk:.0f} of {count:.0f} payments at terminal {payment.terminal_id} turned"
            f" out fraudulent in {days(self.span)} up to a week ago, over {self.share:.0%}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed(Rule):
    """A customer or terminal on a named list. The only kind that can approve."""

    kind: ClassVar[str] = "list"
    of: Party
    list: str

    def finding(self, payment: Transaction, _: Values) -> str:
        """See `Rule`."""
        who = payment.customer_id if self.of == "customer" else payment.terminal_id
        return f"{self.of} {who} is on the list {self.list}"


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A version: its rules, and from which scores of which model on it reviews and declines."""

    version: int = 0
    rules: tuple[Rule, ...] = ()
    thresholds: Mapping[str, Thresholds] = field(default_factory=lambda: MappingProxyType({}))
    """By model version. A model that is not named is held to the thresholds of its own card."""

    def __post_init__(self) -> None:
        """Refuse what could not be told apart, and approval by anything but a list."""
        if len(self.rules) > MOST_RULES:
            raise ValueError(f"{len(self.rules)} rules: at most {MOST_RULES}")
        if twice := _twice(rule.code for rule in self.rules):
            raise ValueError(f"code {twice!r} is there twice")
        for rule in self.rules:
            if rule.then is Outcome.APPROVE and not isinstance(rule, Listed):
                raise ValueError(f"rule {rule.code!r}: only a list can approve")


def days(span: str) -> str:
    """A span in words: 7d is 7 days. What is not in days stays as it is written."""
    number = span.removesuffix("d")
    return span if number == span else f"{number} day{'' if number == '1' else 's'}"


def _twice(codes: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            return code
        seen.add(code)
    return None


BUILT_IN = RuleSet()
"""No rules: what is judged by until a version is live."""
