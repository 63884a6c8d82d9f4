from tests.prove.updates import changes
from tests.prove.writer import Attempt, longest_gap


def attempt(answered: float, status: int = 200) -> Attempt:
    return Attempt(int(answered), answered - 0.1, answered, status, degraded=False)


def test_the_longest_gap_is_between_acknowledgements_in_the_order_of_their_answers() -> None:
    assert longest_gap([attempt(9.0), attempt(1.0), attempt(2.5)]) == 6.5


def test_an_answer_that_acknowledges_nothing_ends_no_gap() -> None:
    assert longest_gap([attempt(1.0), attempt(2.0, 503), attempt(3.0, 0), attempt(4.0)]) == 3.0


def test_only_what_stayed_the_same_is_no_change() -> None:
    assert changes({"resourceChanges": {"same": 70}}) == 0
    assert changes({"resourceChanges": {"same": 70, "update": 1, "create": 2}}) == 3
