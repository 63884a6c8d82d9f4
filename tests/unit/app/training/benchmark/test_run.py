"""Models on the test weeks of a small world: what needs no package of the benchmark's own."""

import json
from dataclasses import asdict
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

from app.domain.simulator import Simulation, simulate
from app.domain.world import World
from app.training.benchmark import __main__ as command
from app.training.benchmark import select
from app.training.benchmark.baselines import BASELINES, BY_NAME, HANDBOOK
from app.training.benchmark.published import PUBLISHED
from app.training.benchmark.run import Bench
from app.training.metrics import card_precision, daily_precision, quality
from app.training.protocol import KNOWN, TESTS, Dataset
from app.training.selection import CHAMPION, METRICS, Selection, Trial
from tests.unit.app.training.small import PARAMETERS, known

TREE = "decision tree"
SELECTION = Selection(
    (
        Trial(TREE, {"max_depth": 3}, (0.8,), (0.6,), (0.3,)),
        Trial(TREE, {"max_depth": 5}, (0.9,), (0.5,), (0.3,)),
        Trial(CHAMPION, asdict(PARAMETERS), (0.9,), (0.7,), (0.3,)),
    )
)


@pytest.fixture(scope="module")
def world() -> Simulation:
    """Long enough for all four test weeks."""
    return simulate(World(customers=150, terminals=900, days=157, radius=8))


@pytest.fixture(scope="module")
def bench(world: Simulation) -> Bench:
    bench = Bench("published", SELECTION.open_tests(world), SELECTION)
    for model in (TREE, CHAMPION):
        for parameters in bench.settings(model, with_printed=True):
            assert len(list(bench.score(model, parameters))) == len(TESTS)
    return bench


def test_every_setting_is_trained_once_chosen_or_printed(bench: Bench) -> None:
    depths = [one["max_depth"] for one in bench.settings(TREE, with_printed=True)]

    assert sorted(depths) == [3, 5, 50]
    assert len(bench.settings(TREE, with_printed=False)) == 2
    assert bench.settings(CHAMPION, with_printed=True) == [asdict(PARAMETERS)]


def test_a_model_that_was_never_tried_here_takes_the_handbooks_choice(world: Simulation) -> None:
    bench = Bench("published", Dataset.of(world), Selection(SELECTION.trials[2:]))

    assert [one["max_depth"] for one in bench.settings(TREE, with_printed=False)] == [50, 3, 5]


def test_each_figure_is_a_mean_over_the_four_test_weeks_at_what_it_chose_itself(
    bench: Bench, world: Simulation
) -> None:
    auc, ap, _ = bench.cells(TREE, with_printed=True)

    train, test = Dataset.of(world).split(TESTS[2])
    given = BY_NAME[TREE].scores(train, test.rows, {"max_depth": 5})
    assert auc.parameters == {"max_depth": 5}
    assert auc.folds[2] == pytest.approx(quality(test.payments, given).auc, abs=1e-6)
    assert auc.mean == pytest.approx(np.mean(auc.folds), abs=1e-5)
    assert auc.std == pytest.approx(np.std(auc.folds), abs=1e-5)
    assert (auc.printed, auc.printed_parameters) == (0.797, {"max_depth": 50})
    assert ap.as_printed == ap.mean  # it chose the printed depth


def test_data_without_printed_figures_are_told_alone(bench: Bench) -> None:
    cells = bench.cells(TREE, with_printed=False)

    assert [cell.metric for cell in cells] == list(METRICS)
    assert all(cell.printed is None and cell.as_printed is None for cell in cells)


def test_the_drawings_get_every_test_day(bench: Bench) -> None:
    drawn = bench.drawn(CHAMPION)

    assert len(drawn.daily) == 28
    payments = drawn.first.test.payments
    assert drawn.daily[:7] == daily_precision(payments, drawn.first.scores)
    assert np.mean(drawn.daily[:7]) == card_precision(payments, drawn.first.scores)


def test_the_command_keeps_every_figure_with_the_seal_they_were_chosen_under(
    world: Simulation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (
        patch.object(command, "simulate", return_value=world) as simulated,
        patch.object(Selection, "read", return_value=SELECTION),
        patch.object(command, "_drawn", return_value=[]) as drawn,
    ):
        command.main(["--seeds", "4", "0", "--models", TREE, "--into", str(tmp_path)])

    written = json.loads((tmp_path / "results.json").read_text())
    assert [call.args[0].seed for call in simulated.call_args_list] == [0, 4]
    assert written["seal"] == SELECTION.seal
    assert [cell["data"] for cell in written["cells"]] == ["published"] * 3 + ["seed 4"] * 3
    assert written["microseconds_per_payment"] > 0
    assert set(drawn.call_args.args[0]) == {TREE}
    assert "12 of 12" in (said := capsys.readouterr().out)  # three settings on four weeks
    assert "8 of 8" in said
    assert "published  decision tree  AUC ROC" in said


def test_another_world_is_named_by_what_makes_it_other() -> None:
    (asked,), _ = command._asked(["--seeds", "3", "--customers", "500", "--start", "2019-01-05"])

    assert asked.name == "seed 3, 500 customers, from 2019-01-05"
    assert asked.models == command.ELSEWHERE
    assert asked.world.start == 1_546_646_400


def test_the_grids_hold_what_is_printed_and_the_features_are_the_handbooks() -> None:
    assert len(HANDBOOK) == len(set(HANDBOOK)) == 15
    for baseline in BASELINES:
        for printed in PUBLISHED[baseline.name].values():
            assert printed.parameters in list(baseline.settings())


def test_the_selection_tries_the_whole_grid_on_days_that_end_before_the_first_test(
    world: Simulation, tmp_path: Path
) -> None:
    path, cut = tmp_path / "selection.json", known()
    with (
        patch.object(select, "simulate", return_value=world),
        patch.object(Dataset, "of", return_value=cut) as made,
        patch.object(select, "RESULT", path),
    ):
        select.main(["--models", "logistic regression"])

    trials = Selection.read(path).trials
    assert [trial.parameters["C"] for trial in trials] == [0.1, 1, 10, 100]
    made.assert_called_once_with(world, until=KNOWN)
