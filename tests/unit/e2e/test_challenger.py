import numpy as np

from app.domain.comparison import report
from tests.e2e.challenger import shown
from tests.unit.app.domain.test_comparison import LIMITS, duel

NAMES = {"champion": "a", "challenger": "b"}


def test_a_report_reads_as_one_page() -> None:
    lines = shown(NAMES | report(duel(), LIMITS)).splitlines()

    assert lines[0] == "champion a, challenger b"
    assert lines[1].startswith("4,000 payments judged by both; of 4,000 the label is known")
    assert lines[2] == "they agree on 100.00%; moved: none"
    assert [line.split()[0] for line in lines[5:8]] == ["auc", "ap", "cp100"]
    assert lines[-1].startswith("advice: promote, for average precision changes by +0.0000")


def test_without_labels_there_is_no_table() -> None:
    given = duel()
    given.labelled[:] = np.False_

    assert shown(NAMES | report(given, LIMITS)).splitlines()[-1] == (
        "advice: wait, for 4000 payments and 0 known frauds are too few"
    )
