"""Payments of cards and terminals outside the simulated world, so that no test touches another."""

import secrets
from datetime import UTC, datetime
from typing import Any

ABOVE = 10**12
"""Ids from here on are the tests'."""


def first_id() -> int:
    """Where the ids of a client that counts up begin: hardly any two clients meet."""
    return 3 * ABOVE + secrets.randbelow(ABOVE)


def payment(**given: Any) -> dict[str, Any]:
    """An ordinary payment of a card that nobody has seen; `given` replaces fields."""
    return {
        "transaction_id": ABOVE + secrets.randbelow(ABOVE),
        "customer_id": ABOVE + secrets.randbelow(ABOVE),
        "terminal_id": ABOVE + secrets.randbelow(ABOVE),
        "amount": "57.16",
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
    } | given
