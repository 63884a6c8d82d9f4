"""How far payments have drifted, as the last run found it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class DriftRun:
    """What one run found."""

    version: str
    """Of the model whose training data the payments were held against."""
    first: datetime | None
    last: datetime | None
    """Times of the first and the last payment looked at; none where there was none."""
    payments: int
    psi: Mapping[str, float]
    """By feature, and of the score; empty where there were too few payments to tell."""
    computed_at: datetime
