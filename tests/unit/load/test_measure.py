from math import inf
from pathlib import Path
from typing import Any

import pytest

from tests.load.__main__ import HEADING, line, row
from tests.load.answers import NS, Answers
from tests.load.generators import LONGEST, Job
from tests.load.histogram import Histogram
from tests.load.knee import MOST
from tests.load.measure import differences, per_core, server, starved
from tests.load.target import counted, stage
from tests.prove.brain_3 import projection
from tests.prove.errors import ProveError

COUNTED = Histogram({0.002: 50, 0.004: 100, inf: 100})


def answers(milliseconds: float, path: str = "/v1/score", count: int = 100) -> Answers:
    rows = [(n, 200, int(milliseconds * NS / 1000), path, "", False) for n in range(count)]
    return Answers.of(rows)


def record(milliseconds: float) -> dict[str, Any]:
    seen = answers(milliseconds)
    return {
        "generator": "vegeta",
        "offered": 1000,
        "milliseconds": seen.milliseconds(),
        "server": server(COUNTED, seen),
    }


def test_percentiles_within_a_fifth_of_the_servers_are_not_mentioned() -> None:
    told = record(3.9)

    assert told["server"]["p95"] == 3.8
    assert told["server"]["p95_bucket"] == [2, 4]
    assert [line for line in differences(told) if "P95" in line] == []


def test_percentiles_further_apart_are_said_with_both_figures() -> None:
    (line,) = [line for line in differences(record(7.6)) if "P95" in line]

    assert line == (
        "vegeta at 1000/s: P95 is 7.6 ms, the server's 3.8 ms (between 2.0 and 4.0): 100% apart"
    )


def test_only_requests_that_score_are_held_against_the_servers_histogram() -> None:
    assert "p95" not in server(COUNTED, answers(3, path="/healthz"))
    assert "p95" not in server(Histogram({}), answers(3))


def test_the_metrics_of_all_processes_are_one_histogram() -> None:
    def text(count: int) -> str:
        return "".join(
            f'fraud_request_seconds_bucket{{le="{le}",path="/v1/score",status="200"}} {count}\n'
            for le in ("0.1", "+Inf")
        )

    found = counted({"a": text(10)}, {"a": text(30), "b": text(5)})

    assert found.counts == {0.1: 25, inf: 25}


def test_a_stage_of_the_rounds_is_counted_by_its_name() -> None:
    text = "".join(
        f'fraud_round_seconds_bucket{{le="+Inf",stage="{name}"}} {count}\n'
        for name, count in (("waited", 3), ("judged", 2))
    )

    assert stage({}, {"a": text, "b": text}, "judged").counts == {inf: 4}


def test_requests_per_core_need_cpu_that_was_measured() -> None:
    assert per_core(9000, {"scorer": 1.5}) == 6000
    assert per_core(9000, {"redis": 1.5}) is None


def test_ten_thousand_requests_are_projected_from_the_cpu_of_each_part() -> None:
    step = {
        "achieved": 2000.0,
        "seconds": 20.0,
        "cpu_seconds": {"scorer": 10.0, "redis": 2.0, "machine": 40.0},
    }

    assert projection(step) == {"scorer": 2.5, "redis": 0.5}


@pytest.mark.parametrize(
    ("rate", "seconds", "clients"),
    [(MOST + 1, 10, 0), (-1, 10, 0), (100, LONGEST + 1, 0), (100, 0, 0), (0, 10, 0)],
)
def test_load_is_bounded_in_rate_and_time(rate: int, seconds: float, clients: int) -> None:
    here = Path()

    with pytest.raises(ProveError):
        Job(
            url="http://127.0.0.1", key_file=here, tape=here, folder=here,
            rate=rate, seconds=seconds, clients=clients,
        )  # fmt: skip


def step(**given: Any) -> dict[str, Any]:
    return {
        "generator": "locust", "offered": 2000, "achieved": 1990.0, "seconds": 10.0,
        "milliseconds": {"p50": 2.0, "p95": 4.0, "p99": 8.0}, "server": {"p95": 3.5},
        "cpu_seconds": {"generator": 5.0, "scorer": 2.5}, "per_scorer_core": 8000.0, "errors": {},
    } | given  # fmt: skip


def test_a_generator_with_time_to_spare_is_not_mentioned() -> None:
    assert starved(step()) is None
    assert starved(step(generator="vegeta", cpu_seconds={"generator": 15.0}, late_p99_ms=1)) is None


def test_a_generator_that_is_the_limit_itself_is_said_to_be() -> None:
    busy = starved(step(cpu_seconds={"generator": 9.6}))
    late = starved(step(generator="vegeta", late_p99_ms=31))

    assert busy == "locust at 2000/s: the generator took 0.96 of the one core that it can use"
    assert late == "vegeta at 2000/s: 1 % of the requests left 31 ms after their time or later"


def test_a_step_is_one_line_under_its_heading_with_errors_at_its_end() -> None:
    heading, told = row(HEADING), line(step(errors={"503": 7}))

    assert told.split() == ["locust", "2,000", "1,990", "2.0", "4.0", "8.0", "3.5", "25", "%",
                            "8,000", "7", "503"]  # fmt: skip
    assert told.index("8,000") + len("8,000") == len(heading)


def test_what_is_unknown_of_a_target_is_a_dash() -> None:
    foreign = step(cpu_seconds={}, per_scorer_core=None, server={})

    assert line(foreign).split()[-3:] == ["-", "-", "-"]
