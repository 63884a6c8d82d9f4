import pytest

from tests.e2e.waiting import TooLateError, until, until_none


def test_the_first_answer_is_taken() -> None:
    answers = iter([None, False, 0])

    assert until(lambda: next(answers), within=5, what="a number", every=0) == 0


def test_what_does_not_come_is_named_with_its_time() -> None:
    with pytest.raises(TooLateError, match=r"^a number: not within 0 s$"):
        until(lambda: None, within=0, what="a number", every=0)


def test_what_stays_is_named_one_by_one() -> None:
    with pytest.raises(TooLateError, match=r"left: a pod, a volume$"):
        until_none(lambda: ["a pod", "a volume"], within=0, what="it is empty", every=0)
