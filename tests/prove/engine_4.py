import time

from local.progress import Progress
from tests.e2e import timeouts
from tests.e2e.parts import sql
from tests.e2e.stack import RunningStack
from tests.e2e.waiting import TooLateError, until
from tests.prove.errors import ProveError
from tests.prove.evidence import Measured
from tests.prove.figures import Figure, Trial, worst
from tests.prove.making import make
from tests.prove.victims import VICTIMS, Victim
from tests.prove.wholeness import Checkup
from tests.prove.writer import Writer, longest_gap

PROMISE = (
    "After kill -9 of any control-plane process, node agent, Postgres instance, pooler, Redis or "
    "API pod the stack answers again without a hand, and no acknowledged decision is lost"
)
CALM = 5.0
"""Seconds of undisturbed writing before each kill."""


def measure() -> Measured:
    """One kill after the other, each once the stack is whole, under one steady writer."""
    progress = Progress({"up": 30.0, **{victim.name: 45.0 for victim in VICTIMS}})
    with progress.step("up"):
        make("up")
    stack = RunningStack.find()
    with Writer(stack).writing() as writer:
        trials = []
        for victim in VICTIMS:
            with progress.step(victim.name):
                trials.append(drill(stack, writer, victim))
        time.sleep(CALM)

    acknowledged = {a.transaction_id for a in writer.attempts if a.acknowledged}
    lost = sorted(acknowledged - recorded(stack, writer))
    statuses = [attempt.status for attempt in writer.attempts]
    whole = {
        "payments": len(statuses),
        "by_status": {str(status): statuses.count(status) for status in sorted(set(statuses))},
        "acknowledged": len(acknowledged),
        "lost": lost,
    }
    answers = [trial["answers_again_seconds"] for trial in trials]
    recovery = timeouts.RECOVERY
    return Measured(
        trials=[*trials, whole],
        figures=[
            Figure(name="kills", value=len(trials), at_least=len(VICTIMS)),
            worst("answers_again_seconds", answers, unit="s", at_most=recovery),
            worst("longest_gap_seconds", [t["longest_gap_seconds"] for t in trials], unit="s"),
            worst(
                "whole_seconds", [t["whole_seconds"] for t in trials], unit="s", at_most=recovery
            ),
            Figure(name="acknowledged", value=len(acknowledged), at_least=100),
            Figure(name="lost", value=len(lost), at_most=0),
            Figure(name="internal_errors", value=statuses.count(500), at_most=0),
        ],
    )


def drill(stack: RunningStack, writer: Writer, victim: Victim) -> Trial:
    """Kill, then wait for the first acknowledgement and for the last missing piece."""
    time.sleep(CALM)
    if not any(attempt.acknowledged for attempt in writer.since(time.time() - CALM)):
        raise ProveError(f"before {victim.name} was killed no payment was acknowledged")
    pids = victim.kill(stack)
    killed = time.time()
    if not pids:
        raise ProveError(f"{victim.name}: no such process runs, nothing was killed")

    def answered() -> float | None:
        times = [a.answered for a in writer.since(killed) if a.acknowledged]
        return min(times) - killed if times else None

    def whole() -> bool:
        fresh = [a for a in writer.since(time.time() - CALM) if a.acknowledged]
        return bool(fresh) and not fresh[-1].degraded and not checkup.missing()

    checkup = Checkup(stack, killed)
    try:
        answers = until(answered, within=timeouts.RECOVERY, what="an answer", every=0.1)
        until(whole, within=timeouts.RECOVERY, what="the whole stack", every=0.5)
    except TooLateError as late:
        raise ProveError(f"{victim.name}: {late}; missing: {checkup.missing()}") from late
    checkup.tidy()
    return {
        "killed": victim.name,
        "pids": pids,
        "answers_again_seconds": round(answers, 2),
        "whole_seconds": round(time.time() - killed, 1),
        "longest_gap_seconds": longest_gap(writer.since(killed - 1)),
        "not_acknowledged": sum(not a.acknowledged for a in writer.since(killed - 1)),
    }


def recorded(stack: RunningStack, writer: Writer) -> set[int]:
    """Which of the writer's payments Postgres has a decision of."""
    last = writer.first + len(writer.attempts) * 2
    rows = sql(
        stack,
        "SELECT transaction_id FROM decisions"  # noqa: S608 (our own numbers)
        f" WHERE transaction_id BETWEEN {writer.first} AND {last}",
    )
    return {int(row[0]) for row in rows}
