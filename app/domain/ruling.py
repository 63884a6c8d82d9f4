"""A rule set ready to judge: whole batches at once, and nothing per payment where nothing hits.

Whose word counts, first to last:

1. A rule that declines. It is a person's explicit no: a stolen card stays declined wherever else
   it is listed.
2. A list that approves. It overrules the model and the rules that review.
3. Of the model and the rules that review, the stricter.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from app.domain.multiples import SPANS, columns, multiple, with_multiples
from app.domain.reasons import Reason
from app.domain.rules import BUILT_IN, Listed, Party, Rule, RuleSet
from app.domain.scoring import Decision, Outcome, Ratings, worth_saying
from app.domain.transactions import Flags, Floats, Ints, Transaction

Lists = Mapping[tuple[str, Party], frozenset[int]]
"""Ids by the name of the list and by whose they are."""
Explain = Callable[[Floats], list[tuple[Reason, ...]]]
"""Why the model scores rows as it does, whatever it decides."""

HIT: Final = "rule:"
"""What the code of a reason begins with that a rule gave."""
_RANK: Final = {Outcome.APPROVE: 0, Outcome.REVIEW: 1, Outcome.DECLINE: 2}


@dataclass(frozen=True, slots=True)
class Rulings:
    """What became of some payments, and which rules hit where."""

    decisions: list[Decision]
    hits: Mapping[int, tuple[Rule, ...]]
    """By the payment's place. Most have none and are not there."""


class Result(NamedTuple):
    """What becomes of a payment, without reasons."""

    outcome: Outcome
    model: Outcome
    """What the model alone says, under this version's thresholds."""
    hits: tuple[Rule, ...]


class Ruling:
    """A rule set with the lists that it names, compiled. Immutable: a change makes another."""

    def __init__(self, rules: RuleSet = BUILT_IN, lists: Lists | None = None) -> None:
        self.rules = rules
        self._lists = lists or {}
        self._compared = [rule for rule in rules.rules if not isinstance(rule, Listed)]
        self._listed: defaultdict[Party, list[Listed]] = defaultdict(list)
        for rule in rules.rules:
            if isinstance(rule, Listed):
                self._listed[rule.of].append(rule)
        conditions = [rule.conditions() for rule in self._compared]
        flat = [condition for each in conditions for condition in each]
        named = {one.column for one in flat}
        self._spans = tuple(span for span in SPANS if multiple(span) in named)
        names = columns(self._spans)
        self._columns = np.array([names.index(one.column) for one in flat], np.int64)
        self._limits = np.array([one.limit for one in flat], np.float64)
        self._starts: Ints = np.cumsum([0, *map(len, conditions)])[:-1]

    def judge(
        self,
        payments: Sequence[Transaction],
        rows: Floats,
        decisions: list[Decision],
        explain: Explain,
    ) -> Rulings:
        """The model's decisions as they stand under this rule set.

        `rows` is (payments, features). `explain` is asked for the few that are stopped here though
        the model let them pass, and so gave no reasons.
        """
        hits = self._hits(payments, rows)
        version, thresholds = self.rules.version, self.rules.thresholds
        if not hits and not version and not thresholds:
            return Rulings(decisions, hits)
        judged = [
            Decision(
                limits.outcome(one.score) if (limits := thresholds.get(one.model_version))
                else one.outcome,
                one.score, one.reasons, one.model_version, version,
            )
            for one in decisions
        ]  # fmt: skip
        for place, rules in hits.items():
            judged[place] = self._settled(judged[place], rules, payments[place], rows[place])
        unexplained = [
            place for place, one in enumerate(judged)
            if one.outcome is not Outcome.APPROVE and decisions[place].outcome is Outcome.APPROVE
        ]  # fmt: skip
        if unexplained:
            for place, every in zip(unexplained, explain(rows[unexplained]), strict=True):
                judged[place] = _with(judged[place], worth_saying(every))
        return Rulings(judged, hits)

    def outcomes(
        self, payments: Sequence[Transaction], rows: Floats, rated: Ratings
    ) -> list[Result]:
        """What would become of payments that a model has rated."""
        limits = self.rules.thresholds.get(rated.model_version)
        models = limits.outcomes(rated.scores) if limits else rated.outcomes
        hits = self._hits(payments, rows)
        found = [(model, hits.get(place, ())) for place, model in enumerate(models)]
        return [
            Result(settled(model, [rule.then for rule in rules]), model, rules)
            for model, rules in found
        ]

    def _hits(self, payments: Sequence[Transaction], rows: Floats) -> dict[int, tuple[Rule, ...]]:
        found: dict[int, list[Rule]] = {}
        if self._compared and len(payments):
            flags = with_multiples(rows, self._spans)[:, self._columns] > self._limits
            whole: Flags = np.logical_and.reduceat(flags, self._starts, axis=1)
            if whole.any():
                for place, number in np.argwhere(whole).tolist():
                    found.setdefault(place, []).append(self._compared[number])
        for of, listed in self._listed.items():
            asked = _ids(payments, of)
            for rule in listed:
                ids = self._lists.get((rule.list, of), frozenset())
                if not ids.isdisjoint(asked):
                    for place, one in enumerate(asked):
                        if one in ids:
                            found.setdefault(place, []).append(rule)
        return {place: _strictest_first(rules) for place, rules in found.items()}

    def _settled(
        self, model: Decision, rules: tuple[Rule, ...], payment: Transaction, row: Floats
    ) -> Decision:
        values = dict(zip(columns(), with_multiples(row[None])[0].tolist(), strict=True))
        said = tuple(Reason(f"{HIT}{rule.code}", rule.says(payment, values), 0.0) for rule in rules)
        outcome = settled(model.outcome, [rule.then for rule in rules])
        return Decision(
            outcome, model.score, said + model.reasons, model.model_version, model.rules_version
        )


def settled(model: Outcome, rules: Sequence[Outcome]) -> Outcome:
    """What counts of the model's outcome and of the rules that hit."""
    if Outcome.DECLINE in rules:
        return Outcome.DECLINE
    if Outcome.APPROVE in rules:
        return Outcome.APPROVE
    return max((model, *rules), key=_RANK.__getitem__)


def _ids(payments: Sequence[Transaction], of: Party) -> list[int]:
    if of == "customer":
        return [payment.customer_id for payment in payments]
    return [payment.terminal_id for payment in payments]


def _strictest_first(rules: list[Rule]) -> tuple[Rule, ...]:
    """Those that decline, then those that approve, then those that review: by whose word counts."""
    order = (Outcome.DECLINE, Outcome.APPROVE, Outcome.REVIEW)
    return tuple(sorted(rules, key=lambda rule: order.index(rule.then)))


def _with(decision: Decision, why: tuple[Reason, ...]) -> Decision:
    said = tuple(one for one in decision.reasons if one.code.startswith(HIT))
    return Decision(
        decision.outcome,
        decision.score,
        said + why,
        decision.model_version,
        decision.rules_version,
    )
