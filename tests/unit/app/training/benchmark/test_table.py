"""What the table says of a figure."""

from dataclasses import replace

from app.training.benchmark.run import Cell
from app.training.benchmark.table import note, rows, text
from app.training.selection import CHAMPION

CLOSE = Cell(
    data="published",
    model="xgboost",
    metric="ap",
    mean=0.6901,
    std=0.0123,
    folds=(0.69, 0.69),
    parameters={"n_estimators": 100},
    printed=0.687,
    printed_parameters={"n_estimators": 50},
    as_printed=0.6872,
)


def test_a_figure_near_the_printed_one_needs_no_reason() -> None:
    (row,) = rows([CLOSE])

    assert list(row.values()) == [
        *("published", "xgboost", "AP", "0.690 ± 0.012", "0.687", "+0.0031", "")
    ]


def test_a_figure_far_off_says_what_was_chosen_otherwise() -> None:
    assert note(replace(CLOSE, mean=0.70)) == (
        "our validation chose n_estimators 100, the handbook's n_estimators 50: there we get 0.687"
    )


def test_a_figure_that_is_off_at_the_same_parameters_too_is_not_excused() -> None:
    assert note(replace(CLOSE, mean=0.70, as_printed=0.71)).startswith("DIFFERS")


def test_the_champion_is_held_against_its_bar_and_other_data_against_nothing() -> None:
    ours = replace(CLOSE, model=CHAMPION, printed=None, as_printed=None)

    assert note(ours) == "MISSES 0.70"
    assert note(replace(ours, mean=0.7)) == "reaches 0.70"
    assert note(replace(CLOSE, printed=None)) == ""


def test_the_terminal_gets_columns() -> None:
    lines = text([CLOSE, replace(CLOSE, model="a longer name")]).splitlines()

    assert len({line.index("AP") for line in lines[1:]}) == 1
