from threading import Event

import pytest

from tests.e2e.meanwhile import meanwhile


class Worker:
    """Remembers that it began, and that it was let come to its end."""

    def __init__(self) -> None:
        self.began = Event()
        self.done = False

    def work(self, ended: Event) -> None:
        self.began.set()
        self.done = ended.wait(5)


def test_work_goes_on_while_the_block_lasts_and_has_ended_after_it() -> None:
    worker = Worker()

    with meanwhile(worker.work):
        assert worker.began.wait(5)
        assert not worker.done

    assert worker.done


def test_a_block_that_fails_leaves_no_thread_behind() -> None:
    worker = Worker()

    with pytest.raises(ValueError, match="of the block"), meanwhile(worker.work):
        raise ValueError("of the block")

    assert worker.done
