"""What goes over the wire about rules."""

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import BaseModel, Field

from app.api.actor import Why
from app.api.bodies import Strict, Utc
from app.definitions import Definition
from app.domain.rules import RuleSet
from app.domain.scoring import Outcome
from app.domain.trial import Group, Tally
from app.ports.rules import State, Stored
from app.trials import Trial


class Summary(BaseModel):
    """What has become of a version."""

    version: int
    state: State
    note: str
    author: str = Field(description="Who wrote it last.")
    created_at: Utc
    tested_at: Utc | None = Field(description="When this very text was last test-run.")
    live_by: str | None = Field(description="Who put it live last.")
    live_at: Utc | None

    @classmethod
    def of(cls, stored: Stored) -> Self:
        """The answer for what is stored."""
        return cls(**cls._columns(stored))

    @staticmethod
    def _columns(stored: Stored) -> dict[str, Any]:
        return {
            "version": stored.rules.version,
            "state": stored.state,
            "note": stored.note,
            "author": stored.author,
            "created_at": stored.created_at,
            "tested_at": stored.tested_at,
            "live_by": stored.live_by,
            "live_at": stored.live_at,
        }


class Version(Summary):
    """A rule set as it stands."""

    definition: Definition
    test: dict[str, Any] | None = Field(
        description="What its last test run found, in the form of a `TestReport`."
    )

    @classmethod
    def of(cls, stored: Stored) -> Self:
        """See `Summary`."""
        return cls(
            definition=Definition.of(stored.rules, stored.note),
            test=dict(stored.test) if stored.test else None,
            **cls._columns(stored),
        )


class Versions(BaseModel):
    """Versions, the newest first."""

    versions: list[Summary]
    next: int | None = Field(description="Give this as `before` for the rest. None: that was all.")


class Live(BaseModel):
    """What judges from now on, a second or two later on every replica."""

    version: int = Field(description="0: the built-in rule set.")


class TestRun(Strict):
    """How much to look at."""

    payments: int = Field(default=5_000, strict=True, ge=1, le=50_000)
    seconds: float = Field(default=10, ge=0.1, le=30, description="Ends then with what it has.")


class GoLive(Strict):
    """That a version is to judge."""

    why: Why
    forced: bool = Field(
        default=False, strict=True, description="Though its text was never test-run."
    )


class Share(BaseModel):
    """Some payments, and how many of them were frauds where that is known."""

    payments: int
    frauds: int
    genuine: int
    precision: float | None = Field(description="Frauds of those whose label is known.")
    recall: float | None = Field(description="Of all known frauds that were looked at.")

    @classmethod
    def of(cls, group: Group, tally: Tally) -> "Share":
        """The answer for a group."""
        return cls(**_counts(group, tally))


class Move(Share):
    """Payments with which the draft does something else than the live rules."""

    was: Outcome
    becomes: Outcome
    samples: list[int] = Field(description="The latest ids.")


class Hits(Share):
    """Payments that a rule of the draft hits."""

    code: str
    alone: Share = Field(description="Of these, where the outcome hangs on this rule alone.")
    samples: list[int] = Field(description="The latest ids.")


class Side(BaseModel):
    """What a version does."""

    version: int
    outcomes: dict[Outcome, int]
    stopped: Share = Field(description="What it reviews or declines.")


class TestReport(BaseModel):
    """A draft and the live version on the same recent payments, judged by today's model."""

    payments: int
    complete: bool = Field(description="Whether time sufficed for as many as were asked for.")
    seconds: float
    newest: Utc | None = Field(description="When the newest of them was recorded.")
    oldest: Utc | None
    model_version: str
    thresholds: Literal["of the draft", "of the model"] = Field(
        description="A draft that does not name today's model leaves it its own."
    )
    live: Side
    draft: Side
    moves: list[Move]
    rules: list[Hits] = Field(description="In the order of the draft; without hits, too.")

    @classmethod
    def of(cls, trial: Trial, draft: RuleSet) -> "TestReport":
        """The answer for a test run."""
        tally = trial.tally
        return cls(
            payments=tally.every.payments,
            complete=trial.complete,
            seconds=round(trial.seconds, 3),
            newest=trial.newest,
            oldest=trial.oldest,
            model_version=trial.model_version,
            thresholds="of the draft"
            if trial.model_version in draft.thresholds
            else "of the model",
            live=_side(trial.against, tally.live, tally),
            draft=_side(draft.version, tally.draft, tally),
            moves=[
                Move(was=was, becomes=becomes, samples=group.samples, **_counts(group, tally))
                for (was, becomes), group in tally.moves.items()
            ],
            rules=[_hits(rule.code, tally) for rule in draft.rules],
        )


def _hits(code: str, tally: Tally) -> Hits:
    group = tally.hits[code]
    alone = Share.of(tally.alone[code], tally)
    return Hits(code=code, alone=alone, samples=group.samples, **_counts(group, tally))


def _side(version: int, outcomes: Mapping[Outcome, Group], tally: Tally) -> Side:
    return Side(
        version=version,
        outcomes={outcome: group.payments for outcome, group in outcomes.items()},
        stopped=Share.of(tally.stopped(outcomes), tally),
    )


def _counts(group: Group, tally: Tally) -> dict[str, Any]:
    return {
        "payments": group.payments,
        "frauds": group.frauds,
        "genuine": group.genuine,
        "precision": group.precision,
        "recall": tally.recall(group),
    }
