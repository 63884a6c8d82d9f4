"""`make challenger`: the champion and its challenger on the same payments, and what to do."""

from collections.abc import Mapping
from typing import Any

import httpx

from local.progress import table
from tests.e2e.command import run
from tests.e2e.rollback import said
from tests.e2e.stack import RunningStack

Report = Mapping[str, Any]


def main() -> None:
    """Ask the deployed service, and show its report."""
    with RunningStack.find().scoring() as api:
        api.timeout = httpx.Timeout(60)  # a thread that yields to everything else makes it
        print(shown(said(api.get("/v1/models/challenger/report"))))


def shown(report: Report) -> str:
    """The report as a person reads it."""
    rows: list[tuple[str, ...]] = [("", "champion", "challenger", "difference", "95 % of draws")]
    rows += [
        _row(name, report["labelled"][name])
        for name in ("auc", "ap", "cp100")
        if name in report["labelled"]
    ]
    known, outcomes = report["labelled"], report["outcomes"]
    labels = f"of {known['payments']:,} the label is known, {known['frauds']:,} are frauds"
    lines = [
        f"champion {report['champion']}, challenger {report['challenger']}",
        f"{report['payments']:,} payments judged by both; {labels}",
    ]
    if outcomes:
        moved = ", ".join(f"{count:,} from {move}" for move, count in outcomes["moved"].items())
        lines.append(f"they agree on {outcomes['agreement']:.2%}; moved: {moved or 'none'}")
    if len(rows) > 1:
        lines += ["", table(rows)]
    return "\n".join([*lines, "", f"advice: {report['advice']}, for {report['because']}"])


def _row(name: str, figure: Report) -> tuple[str, ...]:
    low, high = figure["interval_95"]
    return (
        name,
        f"{figure['champion']:.4f}",
        f"{figure['challenger']:.4f}",
        f"{figure['difference']:+.4f}",
        f"{low:+.4f} to {high:+.4f}",
    )


if __name__ == "__main__":
    run(main)
