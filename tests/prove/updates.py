"""What Pulumi itself recorded of its runs, from the history of the stack."""

import json
from typing import Any

from tests.e2e.stack import pulumi


def last_update() -> dict[str, Any]:
    """The newest record. A folder's backend numbers them all 0, so the time tells."""
    history: list[dict[str, Any]] = json.loads(pulumi("stack", "history", "--json"))
    return max(history, key=lambda update: str(update["startTime"]))


def changes(update: dict[str, Any]) -> int:
    """How many resources an update made, changed, replaced or deleted."""
    return sum(n for what, n in update["resourceChanges"].items() if what != "same")
