"""The table: our figures beside the printed ones, and what is to be said where they differ."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.training.benchmark.published import BARS, CLOSE
from app.training.benchmark.run import Cell
from app.training.selection import CHAMPION

TITLES = {"auc": "AUC ROC", "ap": "AP", "cp100": "CP@100"}
COLUMNS = ("data", "model", "figure", "ours", "printed", "apart", "note")


def rows(cells: Sequence[Cell]) -> Iterator[dict[str, str]]:
    """A row per cell, its values as a person reads them."""
    for cell in cells:
        yield {
            "data": cell.data,
            "model": cell.model,
            "figure": TITLES[cell.metric],
            "ours": f"{cell.mean:.3f} ± {cell.std:.3f}",
            "printed": "" if cell.printed is None else f"{cell.printed:.3f}",
            "apart": "" if cell.printed is None else f"{cell.mean - cell.printed:+.4f}",
            "note": note(cell),
        }


def note(cell: Cell) -> str:
    """Why a figure is not the printed one; for the champion, whether it reaches its bar."""
    if cell.model == CHAMPION:
        bar = BARS[cell.metric]
        return f"{'reaches' if cell.mean >= bar else 'MISSES'} {bar:.2f}"
    if cell.printed is None or cell.as_printed is None:
        return ""
    apart, again = cell.mean - cell.printed, cell.as_printed - cell.printed
    if abs(apart) <= CLOSE:
        return ""
    if abs(again) <= CLOSE:
        return (
            f"our validation chose {_named(cell.parameters)}, the handbook's"
            f" {_named(cell.printed_parameters or {})}: there we get {cell.as_printed:.3f}"
        )
    return f"DIFFERS, also at the printed parameters: {cell.as_printed:.3f}"


def text(cells: Sequence[Cell]) -> str:
    """For a terminal."""
    lines = [dict(zip(COLUMNS, COLUMNS, strict=True)), *rows(cells)]
    widths = {name: max(len(line[name]) for line in lines) for name in COLUMNS}
    return "\n".join(
        "  ".join(line[name].ljust(widths[name]) for name in COLUMNS).rstrip() for line in lines
    )


def _named(parameters: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in sorted(parameters.items()))
