import random
from collections.abc import Sequence

import pytest

from tests.drills.linear import breaks
from tests.drills.operations import Operation
from tests.unit.drills.operations import read, told


def test_an_acknowledged_payment_that_a_later_read_does_not_find_is_a_break() -> None:
    history = [told(7, 0.0, 1.0), read(7, 2.0, 2.5, None)]

    assert breaks(history) == [
        "payment 7: a read at 2.000 found nothing 1.000 s after a telling at 0.000 gave a decision"
    ]


def test_a_read_that_overlaps_the_telling_may_find_it_or_not() -> None:
    assert breaks([told(7, 0.0, 2.0), read(7, 1.0, 1.5, None), read(7, 1.6, 1.9, "a")]) == []


def test_a_payment_that_was_decided_twice_is_a_break() -> None:
    (why,) = breaks([told(7, 0.0, 1.0, "a"), told(7, 2.0, 3.0, "b")])

    assert why == "payment 7: was decided as a and as b"


def test_a_refusal_may_come_after_the_commit_or_nothing_was_done() -> None:
    refused = told(7, 0.0, 1.0, status=503)

    assert breaks([refused, read(7, 2.0, 3.0, "a")]) == []
    assert breaks([refused, read(7, 2.0, 3.0, None)]) == []


def test_what_was_read_once_must_not_vanish_even_if_its_telling_was_never_answered() -> None:
    unanswered = told(7, 0.0, 9.0, status=0)

    assert len(breaks([unanswered, read(7, 1.0, 2.0, "a"), read(7, 3.0, 4.0, None)])) == 1


def test_a_decision_that_nobody_asked_for_yet_is_a_break() -> None:
    (why,) = breaks([read(7, 0.0, 1.0, "a"), told(7, 2.0, 3.0, "a")])

    assert "before anybody had told the payment" in why


def test_a_read_that_failed_says_nothing() -> None:
    failed = Operation(key=7, kind="read", called=2.0, answered=3.0, status=503)

    assert breaks([told(7, 0.0, 1.0), failed]) == []


def test_payments_are_judged_apart_and_named_each() -> None:
    history = [told(1, 0.0, 1.0), read(2, 2.0, 3.0, None), read(1, 2.0, 3.0, None)]

    assert [line.partition(":")[0] for line in breaks(history)] == ["payment 1"]


def possible(history: Sequence[Operation]) -> bool:
    """By exhaustive search over all orders that respect real time; for one payment."""

    def go(left: tuple[Operation, ...], state: str | None) -> bool:
        if not any(it.known for it in left):
            return True  # what nobody knows the outcome of need not have happened
        earliest = min(it.returned for it in left)
        return any(
            go(tuple(other for other in left if other is not it), after)
            for it in left
            if it.called <= earliest
            for after in outcomes(it, state)
        )

    return go(tuple(it for it in history if it.kind == "tell" or it.known), None)


def outcomes(it: Operation, state: str | None) -> list[str | None]:
    if it.kind == "read":
        return [state] if it.value == state else []
    if it.known:
        return [it.value] if state in (None, it.value) else []
    # The decision of a telling that was never answered is one that was seen, or none that was.
    return [state] if state is not None else ["a", "b"]


@pytest.mark.parametrize("seed", range(20))
def test_the_short_way_says_what_an_exhaustive_search_says(seed: int) -> None:
    chance, verdicts = random.Random(seed), set[bool]()  # noqa: S311
    for _ in range(150):
        history = [arbitrary(chance) for _ in range(chance.randint(1, 6))]
        verdict = not breaks(history)
        assert verdict == possible(history), history
        verdicts.add(verdict)

    assert verdicts == {True, False}, "the control: both kinds of history came up"


def arbitrary(chance: random.Random) -> Operation:
    called = chance.randint(0, 12) / 2
    answered = called + chance.randint(1, 6) / 2 + 0.25  # no two moments are the same
    value = chance.choice(["a", "a", "a", "b"])
    kind = chance.choice(["tell", "unknown", "read", "empty"])
    if kind in {"tell", "unknown"}:
        return told(1, called, answered, value, status=200 if kind == "tell" else 503)
    return read(1, called, answered, value if kind == "read" else None)
