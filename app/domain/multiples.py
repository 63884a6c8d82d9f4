"""How many times the customer's own average an amount is, beside the features that tell it."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from app.domain.features import FEATURES
from app.domain.transactions import Floats

_CENT: Final = 0.005
"""What customers paid is whole cents: less than half of one is rounding."""


def spans(columns: str) -> tuple[str, ...]:
    """For which spans there is such a feature: `spans("customer_count")` are 1d, 7d, 30d."""
    start = f"{columns}_"
    return tuple(name.removeprefix(start) for name in FEATURES if name.startswith(start))


SPANS: Final = spans("customer_mean")
"""Those for which there is an average."""


def multiple(span: str) -> str:
    """The column for this span."""
    return f"amount_over_customer_mean_{span}"


def columns(of: Sequence[str] = SPANS) -> tuple[str, ...]:
    """What `with_multiples` holds."""
    return (*FEATURES, *map(multiple, of))


def with_multiples(rows: Floats, of: Sequence[str] = SPANS) -> Floats:
    """The features, and for each of these spans the multiple; 0 where there is no average.

    The customer's windows hold the present payment too: their own average is without it.
    """
    if not of:
        return rows
    amounts = rows[:, FEATURES.index("amount")]
    found = [rows]
    for span in of:
        counts = rows[:, FEATURES.index(f"customer_count_{span}")]
        earlier = rows[:, FEATURES.index(f"customer_mean_{span}")] * counts - amounts
        known = earlier > _CENT
        ratios = np.where(known, amounts * (counts - 1) / np.where(known, earlier, 1), 0)
        found.append(ratios[:, None])
    return np.hstack(found)
