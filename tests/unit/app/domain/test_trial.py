"""Counting what a draft would do."""

from app.domain.rules import Amount, Listed, Rule
from app.domain.scoring import Outcome
from app.domain.trial import Compared, Tally

APPROVE, REVIEW, DECLINE = Outcome.APPROVE, Outcome.REVIEW, Outcome.DECLINE
LARGE = Amount(code="large", then=REVIEW, more_than=1)
STOLEN = Listed(code="stolen", then=DECLINE, of="customer", list="stolen")


def tally(*compared: Compared) -> Tally:
    counted = Tally()
    for one in compared:
        counted.add(one)
    return counted


def moved(
    number: int, live: Outcome, draft: Outcome, *hits: Rule, fraud: bool | None = None
) -> Compared:
    return Compared(number, fraud, live, draft, APPROVE, hits)


def test_moves_are_counted_with_what_became_of_the_payments() -> None:
    counted = tally(
        moved(1, APPROVE, APPROVE, fraud=True),
        moved(2, APPROVE, REVIEW, LARGE, fraud=True),
        moved(3, APPROVE, REVIEW, LARGE, fraud=False),
        moved(4, APPROVE, REVIEW, LARGE),
    )

    assert list(counted.moves) == [(APPROVE, REVIEW)]
    group = counted.moves[APPROVE, REVIEW]
    assert (group.payments, group.frauds, group.genuine) == (3, 1, 1)
    assert group.samples == [2, 3, 4]
    assert (group.precision, counted.recall(group)) == (0.5, 0.5)


def test_without_labels_there_is_no_precision_and_no_recall() -> None:
    counted = tally(moved(1, APPROVE, REVIEW, LARGE))

    assert counted.hits["large"].precision is None
    assert counted.recall(counted.hits["large"]) is None


def test_a_rule_that_another_one_covers_is_worth_nothing_alone() -> None:
    counted = tally(moved(1, APPROVE, DECLINE, STOLEN, LARGE), moved(2, APPROVE, REVIEW, LARGE))

    assert (counted.hits["stolen"].payments, counted.alone["stolen"].payments) == (1, 1)
    assert (counted.hits["large"].payments, counted.alone["large"].samples) == (2, [2])


def test_what_is_stopped_is_reviewed_or_declined() -> None:
    counted = tally(
        moved(1, DECLINE, REVIEW, fraud=True),
        moved(2, APPROVE, DECLINE, fraud=False),
        moved(3, APPROVE, APPROVE),
    )

    live, draft = counted.stopped(counted.live), counted.stopped(counted.draft)
    assert (live.payments, live.precision) == (1, 1.0)
    assert (draft.payments, draft.precision) == (2, 0.5)


def test_ten_samples_are_enough() -> None:
    counted = tally(*(moved(number, APPROVE, REVIEW, LARGE) for number in range(20)))

    assert counted.hits["large"].samples == list(range(10))
