import json
from pathlib import Path
from typing import Any

from app.training.benchmark.published import BARS, CLOSE
from app.training.benchmark.run import Cell
from app.training.benchmark.table import rows
from app.training.selection import CHAMPION, METRICS, Metric
from tests.prove.evidence import ROOT, Measured
from tests.prove.figures import Figure
from tests.prove.making import make

PROMISE = (
    "The handbook's models reproduced on its four test weeks within 0.005 of the printed figures; "
    "the champion, chosen on validation weeks alone: AUC ≥ 0.88, AP ≥ 0.70, CP@100 ≥ 0.31"
)
RESULTS = ROOT / "build" / "benchmark" / "results.json"
MICROSECONDS = 20
"""What a payment may cost on one thread."""


def measure() -> Measured:
    """`make benchmark` with its defaults."""
    make("benchmark")
    return measured(RESULTS)


def measured(path: Path) -> Measured:
    """The record of a benchmark's results."""
    results: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    cells = [Cell(**cell) for cell in results["cells"]]
    return Measured(
        trials=[{"rows": list(rows(cells))}, results],
        figures=[
            *(_reproduced(cell) for cell in cells if cell.printed is not None),
            *(_champion(cells, metric) for metric in METRICS),
            Figure(
                name="microseconds_per_payment",
                value=results["microseconds_per_payment"],
                unit="µs",
                at_most=MICROSECONDS,
            ),
        ],
    )


def _reproduced(cell: Cell) -> Figure:
    """How far our figure at the printed parameters is from the printed one."""
    apart = None
    if cell.printed is not None and cell.as_printed is not None:
        apart = round(abs(cell.as_printed - cell.printed), 4)
    name = f"{cell.model.replace(' ', '_')}_{cell.metric}_apart"
    return Figure(name=name, value=apart, at_most=CLOSE)


def _champion(cells: list[Cell], metric: Metric) -> Figure:
    (cell,) = [
        one for one in cells if (one.data, one.model, one.metric) == ("published", CHAMPION, metric)
    ]
    return Figure(name=f"champion_{metric}", value=round(cell.mean, 4), at_least=BARS[metric])
