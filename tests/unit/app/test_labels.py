"""The use case of labels, apart from HTTP."""

from collections.abc import Sequence

import pytest

from app.labels import Labelling
from app.ports.decisions import LogAway
from app.ports.labels import Label, Told, UnknownPayments
from tests.unit.app.book import MemoryBook
from tests.unit.app.memory import MemoryWindows, payment


class Watching(MemoryWindows):
    """Remembers what was in the book when it was told."""

    def __init__(self, book: MemoryBook) -> None:
        super().__init__()
        self.book = book
        self.recorded_first: list[bool] = []

    async def label(self, told: Sequence[Told]) -> None:
        self.recorded_first.append(set(told) <= set(self.book.told))
        await super().label(told)


@pytest.fixture
def book() -> MemoryBook:
    payments = {number: payment(number) for number in (1, 2)}
    return MemoryBook(payments.get)


async def test_a_label_is_recorded_before_the_windows_know_it(book: MemoryBook) -> None:
    windows = Watching(book)

    (told,) = await Labelling(book, windows).tell([Label(1, fraud=True)], "desk")

    assert windows.recorded_first == [True]
    assert windows.labelled == {1: True}
    assert told.delay_seconds == told.told_at.timestamp() - payment(1).time


@pytest.mark.parametrize("trouble", [LogAway("away"), UnknownPayments([1])])
async def test_what_is_not_recorded_never_reaches_the_windows(
    book: MemoryBook, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    async def refuse(*_: object) -> None:
        raise trouble

    monkeypatch.setattr(book, "record", refuse)
    windows = MemoryWindows()

    with pytest.raises(type(trouble)):
        await Labelling(book, windows).tell([Label(1, fraud=True)], "desk")

    assert not windows.labelled
