from tests.drills.gap import Split, longest, split, steady
from tests.drills.primaries import Seen
from tests.unit.drills.operations import acknowledged


def seen(at: float, current: str, target: str) -> Seen:
    return Seen(at=at, current=current, target=target, phase="", ready=3)


def test_the_gap_is_the_longest_time_without_an_acknowledgement() -> None:
    gap = longest(acknowledged(1.0, 2.0, 6.5, 7.0), since=0.5, until=8.0)

    assert (gap.start, gap.end, gap.seconds) == (2.0, 6.5, 4.5)


def test_a_gap_that_never_ended_lasts_until_one_stopped_looking() -> None:
    assert longest(acknowledged(1.0, 2.0), since=0.0, until=30.0).seconds == 28.0


def test_writing_is_steady_after_five_seconds_without_a_pause_and_not_before() -> None:
    moments = [10 + 0.2 * step for step in range(31)]

    assert steady(acknowledged(*moments), at=16.0)
    assert not steady(acknowledged(*moments), at=13.5)
    assert not steady(acknowledged(*moments), at=18.0)


def test_a_failover_is_split_at_what_the_operator_and_the_instance_wrote() -> None:
    story = [
        seen(0.0, "ledger-1", "ledger-1"),
        seen(11.5, "ledger-1", "pending"),
        seen(12.0, "ledger-1", "ledger-2"),
        seen(13.5, "ledger-2", "ledger-2"),
    ]

    found = split(story, 10.0, acknowledged(9.0, 13.0, 14.25, 15.0))

    assert found == Split(detect=1.5, decide=0.5, promote=1.5, reroute=0.75)


def test_a_database_that_kept_its_primary_has_nothing_to_split() -> None:
    assert split([seen(0.0, "ledger-1", "ledger-1")], 10.0, acknowledged(11.0)) is None


def test_a_promotion_that_no_write_got_through_to_has_no_end() -> None:
    story = [seen(0.0, "a", "a"), seen(11.0, "a", "b"), seen(12.0, "b", "b")]

    assert split(story, 10.0, acknowledged(9.0, 11.5)) is None
