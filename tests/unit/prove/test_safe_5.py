from tests.prove.backed_up import span_of
from tests.prove.safe_5 import within


def test_only_what_a_backup_takes_of_the_window_counts() -> None:
    backup = {"startedAt": "2026-11-22T00:00:00Z", "stoppedAt": "2026-11-22T00:00:30Z"}
    began, ended = span_of(backup)

    assert within((began, ended), (began - 100, ended + 100)) == 30
    assert within((began, ended), (began + 20, ended + 15)) == 10
    assert within((began, ended), (ended + 5, ended + 50)) == 0
