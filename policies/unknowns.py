"""What a preview cannot know yet, made loud: a rule that looks at it stops instead of guessing."""

from __future__ import annotations

from typing import Any, NoReturn


class NotYetKnownError(Exception):
    """A rule needs a value that only the update will know."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} is not known before the update")
        self.path = path


class Unknown:
    """Stands for a value not known yet. It can be carried about; looking into it raises."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __repr__(self) -> str:
        return f"<unknown {self.path}>"

    def __format__(self, spec: str) -> str:
        """In a message, it may stand."""
        return repr(self)

    def _look(self, *_: object) -> NoReturn:
        raise NotYetKnownError(self.path)

    # Every way in which a rule could look: as a truth, a text, a number, a list or a mapping.
    # Object's own answers (true, equal to nothing) would let a bad value pass in silence.
    __bool__ = __str__ = __int__ = __float__ = __len__ = __iter__ = __hash__ = _look
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _look
    __contains__ = __getitem__ = __add__ = __radd__ = _look

    def __getattr__(self, name: str) -> Any:
        """Methods of the real value, such as `get` and `startswith`."""
        self._look(name)
