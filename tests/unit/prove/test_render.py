from dataclasses import replace
from pathlib import Path

import pytest

from tests.prove import render
from tests.prove.errors import ProveError
from tests.unit.prove.test_evidence import KEPT

ONE = "Up in <!-- evidence: engine-9.up_seconds -->{}<!-- /evidence -->."


def test_a_marked_figure_takes_its_measured_value(tmp_path: Path) -> None:
    KEPT.write(tmp_path)

    assert render.rendered(ONE.format("1 s"), tmp_path) == ONE.format("9 s")


def test_what_was_never_measured_says_so(tmp_path: Path) -> None:
    assert render.rendered(ONE.format("1 s"), tmp_path) == ONE.format("not measured")


def test_a_measurement_that_broke_off_leaves_no_figure_behind(tmp_path: Path) -> None:
    replace(KEPT, figures=(), error="make up: exit code 2").write(tmp_path)

    assert render.rendered(ONE.format("1 s"), tmp_path) == ONE.format("not measured")


def test_a_misspelled_figure_is_an_error_that_lists_the_right_ones(tmp_path: Path) -> None:
    KEPT.write(tmp_path)

    with pytest.raises(ProveError, match=r"'up_second'; it has up_seconds"):
        render.rendered(ONE.format("").replace("up_seconds", "up_second"), tmp_path)


def test_a_table_names_every_figure_with_its_bar_and_machine(tmp_path: Path) -> None:
    KEPT.write(tmp_path)

    text = render.rendered("<!-- evidence: engine-9 --><!-- /evidence -->", tmp_path)

    assert "| up seconds | 9 s | ≤ 10 s | ✓ |" in text
    assert f"{KEPT.machine.cores} cores of {KEPT.machine.turns} million loop turns/s" in text


def test_what_broke_off_says_why_and_how_far_it_came(tmp_path: Path) -> None:
    replace(KEPT, figures=(), trials=[{"gap": 1}], error="interrupted").write(tmp_path)

    text = render.rendered("<!-- evidence: engine-9 --><!-- /evidence -->", tmp_path)

    assert "Broke off: interrupted. Trials on record: 1." in text
    assert "| figure |" not in text


def test_what_trials_tell_becomes_a_table_of_its_own(tmp_path: Path) -> None:
    told = [{"rows": [{"model": "tree", "AP": "0.58"}, {"model": "forest", "AP": "0.68"}]}]
    replace(KEPT, trials=told).write(tmp_path)

    text = render.rendered("<!-- evidence: engine-9:rows --><!-- /evidence -->", tmp_path)

    assert "| model | AP |\n| --- | --- |\n| tree | 0.58 |\n| forest | 0.68 |\n" in text


def test_trials_that_tell_no_rows_are_not_measured(tmp_path: Path) -> None:
    KEPT.write(tmp_path)

    text = render.rendered("<!-- evidence: engine-9:rows --><!-- /evidence -->", tmp_path)

    assert "not measured: `make prove BAR=engine-9`" in text


def test_check_fails_while_a_document_differs_and_passes_once_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = tmp_path / "README.md"
    document.write_text(ONE.format("1 s"))
    monkeypatch.setattr(render, "ROOT", tmp_path)
    monkeypatch.setattr(render, "documents", lambda: [document])

    assert render.main(["--check"]) == 1
    assert document.read_text() == ONE.format("1 s")
    assert render.main([]) == 0
    assert render.main(["--check"]) == 0
