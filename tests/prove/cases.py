"""Runs tests as a measurement: how many passed, by the report that pytest writes for machines."""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree as ET

from tests.prove.errors import ProveError
from tests.prove.evidence import ROOT
from tests.prove.figures import Trial


def run(*selected: str) -> list[Trial]:
    """Every selected test with its seconds and whether it passed."""
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "--quiet", f"--junitxml={report}", *selected],
            cwd=ROOT,
            check=False,
        )
        if not report.exists():
            raise ProveError(f"pytest {' '.join(selected)}: exit code {done.returncode}, no report")
        cases = list(ET.parse(report).iter("testcase"))  # noqa: S314 (pytest wrote it just now)
    return [
        {"test": case.get("name"), "seconds": float(case.get("time", 0)), "passed": not len(case)}
        for case in cases
    ]


def failed(trials: list[Trial]) -> int:
    """How many did not pass; a skipped one proves nothing either."""
    return sum(not trial["passed"] for trial in trials)
