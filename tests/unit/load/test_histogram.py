from math import inf

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client import Histogram as Counting

from tests.load.histogram import ANSWERS, Histogram, apart

TENTHS = Histogram({0.1: 10, 0.2: 90, 0.4: 98, inf: 100})


@pytest.mark.parametrize(
    ("share", "seconds"),
    [(0.05, 0.05), (0.1, 0.1), (0.5, 0.15), (0.9, 0.2), (0.94, 0.3), (0.98, 0.4)],
)
def test_a_quantile_is_linear_within_its_bucket(share: float, seconds: float) -> None:
    assert TENTHS.quantile(share) == pytest.approx(seconds)


def test_of_the_last_bucket_only_the_lower_bound_is_known() -> None:
    assert TENTHS.quantile(0.99) == 0.4
    assert TENTHS.bucket(0.99) == (0.4, inf)


def test_the_bucket_tells_where_a_quantile_lies_for_certain() -> None:
    assert TENTHS.bucket(0.5) == (0.1, 0.2)


def test_nothing_counted_has_no_quantile() -> None:
    assert Histogram({}).quantile(0.95) is None
    assert Histogram({0.1: 0, inf: 0}).quantile(0.95) is None
    assert Histogram({0.1: 0, inf: 0}).bucket(0.95) is None


def test_empty_buckets_below_are_passed_over() -> None:
    assert Histogram({0.1: 0, 0.2: 0, 0.4: 4, inf: 4}).quantile(0.5) == pytest.approx(0.3)


def test_what_was_counted_before_does_not_count() -> None:
    later = Histogram({0.1: 15, 0.2: 100, 0.4: 108, inf: 110})

    assert (later - TENTHS).counts == {0.1: 5, 0.2: 10, 0.4: 10, inf: 10}


def test_a_process_that_began_in_between_counts_whole() -> None:
    assert (TENTHS - Histogram({})).counts == TENTHS.counts


def test_all_statuses_of_the_wanted_paths_are_read_as_one() -> None:
    registry = CollectorRegistry()
    counting = Counting(ANSWERS, "", ("path", "status"), buckets=(0.1, 0.2), registry=registry)
    for path, status, seconds in (
        ("/v1/score", 200, 0.05), ("/v1/score", 503, 0.15), ("/v1/score/batch", 200, 0.5),
        ("/healthz", 200, 0.01),
    ):  # fmt: skip
        counting.labels(path, status).observe(seconds)
    text = generate_latest(registry).decode()

    read = Histogram.read(text, ANSWERS, "path", ("/v1/score", "/v1/score/batch"))

    assert read.counts == {0.1: 1, 0.2: 2, inf: 3}
    assert read.total == 3


def test_how_far_apart_two_figures_are_is_a_share_of_the_servers() -> None:
    assert apart(12, 10) == pytest.approx(0.2)
    assert apart(8, 10) == pytest.approx(0.2)
    assert apart(1, 0) == inf
