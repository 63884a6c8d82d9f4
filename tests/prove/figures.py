from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Any

Trial = dict[str, Any]
"""What one run showed, raw: names to numbers, texts, lists."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number of a promise, its worst trial, and the bar it must keep. No value is a failure."""

    name: str
    value: float | None
    unit: str = ""
    middle: float | None = None
    at_most: float | None = None
    at_least: float | None = None

    @property
    def holds(self) -> bool:
        """Whether the number was measured and keeps its bar."""
        if self.value is None:
            return False
        if self.at_most is not None and self.value > self.at_most:
            return False
        return self.at_least is None or self.value >= self.at_least

    @property
    def bar(self) -> str:
        """The bar as a person reads it; empty for a number that is only reported."""
        if self.at_most is not None:
            return f"≤ {with_unit(self.at_most, self.unit)}"
        if self.at_least is not None:
            return f"≥ {with_unit(self.at_least, self.unit)}"
        return ""

    @property
    def text(self) -> str:
        """The number as a person reads it."""
        return "not measured" if self.value is None else with_unit(self.value, self.unit)


def worst(
    name: str, values: Iterable[float], *, unit: str = "", at_most: float | None = None
) -> Figure:
    """The largest of several trials with their median; no trial at all gives no value."""
    seen = [round(value, 3) for value in values]
    return Figure(
        name=name,
        value=max(seen, default=None),
        middle=round(median(seen), 3) if seen else None,
        unit=unit,
        at_most=at_most,
    )


LONG = 120
"""From here on seconds are easier to read as minutes."""


def with_unit(value: float, unit: str) -> str:
    """`412 MB`, `8.4 s`, `6 min`, `0.8773`."""
    if unit == "s" and value >= LONG:
        return f"{value / 60:.3g} min"
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f} {unit}".strip()
    # A share that misses its bar by little must not look as if it kept it.
    return f"{value:.{4 if abs(value) < 1 else 3}g} {unit}".strip()
