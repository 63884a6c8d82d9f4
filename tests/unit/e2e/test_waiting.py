import pytest
from kubernetes.client import ApiException

from tests.e2e.waiting import TooLateError, until, until_none


def test_the_first_answer_is_taken() -> None:
    answers = iter([None, False, 0])

    assert until(lambda: next(answers), within=5, what="a number", every=0) == 0


def test_what_does_not_come_is_named_with_its_time() -> None:
    with pytest.raises(TooLateError, match=r"^a number: not within 0 s$"):
        until(lambda: None, within=0, what="a number", every=0)


def test_a_server_without_an_answer_is_asked_again_and_a_refusal_is_not() -> None:
    said: list[ApiException | int] = [ApiException(status=503), 1, ApiException(status=403)]

    def ask() -> int:
        now = said.pop(0)
        if isinstance(now, ApiException):
            raise now
        return now

    assert until(ask, within=5, what="a number", every=0) == 1
    with pytest.raises(ApiException):
        until(ask, within=5, what="a number", every=0)


def test_what_the_server_said_at_last_is_told() -> None:
    def ask() -> None:
        raise ApiException(status=500, reason="etcdserver: request timed out")

    with pytest.raises(TooLateError, match="etcdserver: request timed out"):
        until(ask, within=0, what="a number", every=0)


def test_what_stays_is_named_one_by_one() -> None:
    with pytest.raises(TooLateError, match=r"left: a pod, a volume$"):
        until_none(lambda: ["a pod", "a volume"], within=0, what="it is empty", every=0)
