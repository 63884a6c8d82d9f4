"""`make alerts` plays the cases; that every rule has some is seen here, without promtool."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
RULES = sorted((ROOT / "components").glob("*_alerts.yaml"))
CASES = sorted((ROOT / "tests" / "alerts").glob("*.yaml"))


def played(rules: Path) -> Iterator[dict[str, Any]]:
    """What is expected of a file's alerts, case by case."""
    for file in CASES:
        cases = yaml.safe_load(file.read_text())
        if rules in {(file.parent / each).resolve() for each in cases["rule_files"]}:
            for test in cases["tests"]:
                yield from test["alert_rule_test"]


@pytest.mark.parametrize("rules", RULES, ids=lambda path: str(path.stem))
def test_every_alert_fires_in_one_case_and_keeps_silent_in_another(rules: Path) -> None:
    groups = yaml.safe_load(rules.read_text())["groups"]
    alerts = {rule["alert"] for group in groups for rule in group["rules"]}
    cases = list(played(rules))

    assert {case["alertname"] for case in cases if case["exp_alerts"]} == alerts
    assert {case["alertname"] for case in cases if not case["exp_alerts"]} == alerts
