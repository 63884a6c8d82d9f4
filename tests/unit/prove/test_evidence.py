from dataclasses import replace
from pathlib import Path

import pytest

from tests.prove import __main__ as command
from tests.prove.evidence import Evidence, figures_of, read
from tests.prove.figures import Figure, with_unit, worst
from tests.prove.machine import Machine

KEPT = Evidence(
    bar="engine-9",
    promise="It is quick",
    command="make prove BAR=engine-9",
    commit="c0ffee",
    dirty=False,
    date="2026-01-02T03:04:05+00:00",
    seconds=7,
    machine=Machine.here(),
    figures=(worst("up_seconds", [3.0, 9.0, 4.0], unit="s", at_most=10),),
    trials=({"up_seconds": 3.0},),
)


def test_the_worst_of_the_trials_is_what_is_held_against_the_bar() -> None:
    figure = worst("up_seconds", [3.0, 9.0, 4.0], unit="s", at_most=8)

    assert figure.value == 9.0
    assert figure.middle == 4.0
    assert not figure.holds


def test_a_figure_that_was_not_measured_breaks_its_promise() -> None:
    assert not worst("up_seconds", [], at_most=8).holds


def test_a_floor_is_kept_from_above() -> None:
    assert Figure(name="checks", value=25, at_least=25).holds
    assert not Figure(name="checks", value=24, at_least=25).holds


def test_the_verdict_needs_every_figure() -> None:
    broken = replace(KEPT, figures=(*KEPT.figures, Figure(name="left", value=1, at_most=0)))

    assert KEPT.holds
    assert not broken.holds


def test_a_measurement_without_figures_or_with_an_error_is_broken() -> None:
    assert not replace(KEPT, figures=()).holds
    assert not replace(KEPT, error="make up: exit code 2").holds


def test_a_record_reads_back_as_it_was_written(tmp_path: Path) -> None:
    KEPT.write(tmp_path)

    record = read("engine-9", tmp_path)

    assert record is not None
    assert record["verdict"] == "kept"
    assert record["commit"] == "c0ffee"
    assert figures_of(record) == {"up_seconds": KEPT.figures[0]}


def test_a_bar_that_was_never_measured_has_no_record(tmp_path: Path) -> None:
    assert read("engine-9", tmp_path) is None


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (8.42, "s", "8.42 s"),
        (2580, "s", "43 min"),
        (412.7, "MB", "413 MB"),
        (0.87736, "", "0.8774"),
        (0, "", "0"),
    ],
)
def test_a_number_is_written_as_a_person_reads_it(value: float, unit: str, text: str) -> None:
    assert with_unit(value, unit) == text


def test_an_unknown_bar_is_refused_with_the_list_of_bars(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert command.main(["engine-99"]) == 2

    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert all(bar in error for bar in ["engine-99", *command.bars()])
