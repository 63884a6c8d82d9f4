from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from tests.drills.faults.pods import REMEMBERED, remembered


def pod(*ended_ago: timedelta | None) -> SimpleNamespace:
    now = datetime.now(UTC)
    ends = [ago and SimpleNamespace(finished_at=now - ago) for ago in ended_ago]
    statuses = [SimpleNamespace(last_state=SimpleNamespace(terminated=end)) for end in ends]
    return SimpleNamespace(status=SimpleNamespace(container_statuses=statuses))


@pytest.mark.parametrize(
    ("ended_ago", "expected"),
    [
        ((None,), False),
        ((None, timedelta(minutes=1)), True),
        ((REMEMBERED + timedelta(minutes=1),), False),
    ],
)
def test_a_crash_is_remembered_for_as_long_as_a_kubelet_counts_restarts(
    ended_ago: tuple[timedelta | None, ...], *, expected: bool
) -> None:
    assert remembered(pod(*ended_ago)) is expected
