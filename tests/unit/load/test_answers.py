import base64
from pathlib import Path

import numpy as np
import pytest

from tests.load.answers import NS, Answers, Row, kind, of_locust, of_vegeta
from tests.load.drill import recovery

MS = NS // 1000


def one(sent: float, *, status: int = 200, ms: int = 4, degraded: bool = False) -> Row:
    error = "" if status else "refused"
    return int(sent * NS), status, ms * MS, "/v1/score", error, degraded


def test_requests_are_put_in_the_order_in_which_they_were_sent() -> None:
    answers = Answers.of([one(3), one(1, status=503), one(2)])

    assert answers.sent.tolist() == [1, 2, 3]
    assert answers.status.tolist() == [503, 200, 200]


def test_a_window_takes_its_first_moment_and_not_its_last() -> None:
    answers = Answers.of([one(1), one(2), one(3)])

    assert answers.between(1, 3).sent.tolist() == [1, 2]


def test_errors_are_counted_by_kind_and_good_answers_are_not() -> None:
    answers = Answers.of([one(1), one(2, status=503), one(3, status=503), one(4, status=0)])

    assert answers.errors() == {"503": 2, "refused": 1}
    assert answers.well.tolist() == [True, False, False, False]


def test_a_redirect_is_no_good_answer() -> None:
    assert Answers.of([one(1, status=302)]).errors() == {"302": 1}


def test_percentiles_are_in_milliseconds_and_hold_failed_requests_too() -> None:
    rows = [one(n, ms=n) for n in range(1, 101)] + [one(101, status=0, ms=10_000)]

    seen = Answers.of(rows).milliseconds()

    assert seen["p50"] == pytest.approx(51, abs=1)
    assert seen["p95"] == pytest.approx(96, abs=1)
    assert seen["max"] == 10_000


def test_no_requests_have_no_percentiles() -> None:
    assert Answers.of([]).milliseconds() == {"p50": None, "p95": None, "p99": None, "max": None}


def test_an_open_loop_that_falls_behind_its_clock_is_late() -> None:
    on_time = Answers.of([one(n / 10) for n in range(20)])
    stalled = Answers.of([one(n / 10 + (0.5 if n >= 10 else 0)) for n in range(20)])

    assert on_time.late(10).max() == pytest.approx(0, abs=1e-6)
    assert stalled.late(10).max() == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("error", "name"),
    [
        ('Post "http://10.77.0.2:30080/v1/score": context deadline exceeded', "timeout"),
        ("timeout: timed out", "timeout"),
        ("ConnectionRefusedError: [Errno 111] Connection refused", "refused"),
        ("read tcp 10.0.0.1:4->10.0.0.2:5: read: connection reset by peer", "reset"),
        ('Post "http://10.77.0.2": EOF', "closed"),
        ("", "no answer"),
    ],
)
def test_failures_are_named_without_what_differs_each_time(error: str, name: str) -> None:
    assert kind(error) == name


def test_what_vegeta_writes_is_read_with_its_marks(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    marked = base64.b64encode(b'{"decisions":[{"degraded":false},{"degraded":true}]}').decode()
    plain = base64.b64encode(b'{"degraded":false}').decode()
    url = "http://10.77.0.2:30080"
    file.write_text(
        f"2000000000,200,4000000,10,20,,{marked},,1,POST,{url}/v1/score/batch,aA==\n"
        f"1000000000,200,3000000,10,20,,{plain},,0,POST,{url}/v1/score,aA==\n"
        f'3000000000,0,9000000,0,0,"Post ""{url}"": EOF",,,2,POST,{url}/v1/score,\n'
    )

    answers = of_vegeta(file)

    assert answers.path.tolist() == ["/v1/score", "/v1/score/batch", "/v1/score"]
    assert answers.latency.tolist() == [0.003, 0.004, 0.009]
    assert answers.degraded.tolist() == [False, True, False]
    assert answers.errors() == {"closed": 1}


def test_what_our_locustfile_writes_is_read(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("1000000000,200,3000000,/v1/score,\n2000000000,0,5,/v1/score,timeout: x\n")

    answers = of_locust(file)

    assert answers.errors() == {"timeout": 1}
    assert answers.latency.tolist() == [0.003, 5e-9]


def test_recovery_lasts_until_the_last_bad_or_degraded_answer_arrived() -> None:
    calm = [one(n) for n in range(20)]
    degraded = one(11.5, ms=500, degraded=True)
    failed = one(13.0, status=503, ms=250)

    assert recovery(Answers.of(calm), 10) == 0
    assert recovery(Answers.of([*calm, degraded]), 10) == pytest.approx(2.0)
    assert recovery(Answers.of([*calm, degraded, failed]), 10) == pytest.approx(3.25)


def test_a_degraded_decision_that_is_read_later_is_no_outage() -> None:
    sent, status, latency, _, error, degraded = one(15, degraded=True)
    read = sent, status, latency, "/v1/decisions/7", error, degraded

    assert recovery(Answers.of([one(11, degraded=True), read]), 10) == pytest.approx(1.004)


def test_what_was_bad_before_does_not_count_as_recovery() -> None:
    assert recovery(Answers.of([one(3, degraded=True), one(12)]), 10) == 0


def test_choosing_rows_keeps_the_columns_together() -> None:
    answers = Answers.of([one(1, ms=1), one(2, ms=2, status=500)])

    chosen = answers[np.array([False, True])]

    assert (chosen.sent.tolist(), chosen.latency.tolist(), chosen.status.tolist()) == (
        [2.0],
        [0.002],
        [500],
    )


def test_each_kind_of_request_has_percentiles_of_its_own_and_reads_are_one_kind() -> None:
    reads = [(n, 200, MS * n, f"/v1/decisions/{n}", "", False) for n in (1, 2, 3)]
    batches = [(9, 200, MS * 90, "/v1/score/batch", "", False)]

    found = Answers.of([*reads, *batches, one(1)]).by_kind()

    assert found["/v1/decisions"] == {"requests": 3, "p50": 2, "p95": 2.9, "p99": 2.98, "max": 3}
    assert found["/v1/score/batch"]["p95"] == 90
    assert found["/v1/score"]["requests"] == 1
