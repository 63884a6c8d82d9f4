"""Short ways to write a history."""

from tests.drills.operations import Operation


def told(
    key: int, called: float, answered: float, value: str | None = "a", *, status: int = 200
) -> Operation:
    given = value if status == 200 else None
    return Operation(
        key=key, kind="tell", called=called, answered=answered, status=status, value=given
    )


def read(key: int, called: float, answered: float, value: str | None) -> Operation:
    status = 404 if value is None else 200
    return Operation(
        key=key, kind="read", called=called, answered=answered, status=status, value=value
    )


def acknowledged(*moments: float) -> list[Operation]:
    return [told(number, at - 0.1, at) for number, at in enumerate(moments)]
