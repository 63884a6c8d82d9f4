"""The second use case: labels in, and into the windows of the payments to come."""

from collections.abc import Sequence

from app.ports.labels import Label, LabelBook, LabelWindows, Told


class Labelling:
    """Recorded first, windowed then.

    The other way round, a label that could not be recorded would count all the same. What is
    recorded waits in the book until the windows have it, so the second step may fail.
    """

    def __init__(self, book: LabelBook, windows: LabelWindows) -> None:
        self._book = book
        self._windows = windows

    async def tell(self, labels: Sequence[Label], source: str) -> Sequence[Told]:
        """Record all or none; whoever is answered finds them in the next payment's windows."""
        told = await self._book.record(labels, source)
        await self._windows.label(told)
        return told
