import pytest

from local.progress import Progress, duration, size, table


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "0s"), (45, "45s"), (60, "1m 00s"), (322, "5m 22s"), (3720, "1h 02m")],
)
def test_a_duration_is_short(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_size_is_short() -> None:
    assert (size(850), size(2400)) == ("850 MB", "2.4 GB")


def test_columns_are_aligned() -> None:
    assert table([("a", "name"), ("long", "x")]) == "a     name\nlong  x"


def test_before_the_first_step_the_time_left_is_the_expected_one() -> None:
    assert Progress({"a": 100, "b": 50}).left("a", 0) == 150


def test_the_time_left_follows_the_pace_of_the_steps_before() -> None:
    progress = Progress({"a": 100, "b": 50, "c": 30}, took={"a": 50})

    assert progress.left("b", 5) == 35


def test_a_step_that_takes_longer_than_expected_never_counts_backwards() -> None:
    assert Progress({"a": 10, "b": 50}).left("a", 500) == 50


def test_where_no_line_can_be_redrawn_plain_lines_are_printed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    progress = Progress({"etcd": 10, "registry": 20})
    with progress.step("etcd"):
        pass
    with progress.step("registry"):
        pass

    assert capsys.readouterr().out.splitlines() == [
        "[1/2] etcd      about 30s left",
        "[1/2] etcd      0s",
        "[2/2] registry  about 0s left",
        "[2/2] registry  0s",
    ]


def test_a_failed_step_is_not_told_as_done(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress({"etcd": 10})
    with pytest.raises(ValueError, match="no"), progress.step("etcd"):
        raise ValueError("no")

    assert progress.took == {}
    assert capsys.readouterr().out == "[1/1] etcd  about 10s left\n"
