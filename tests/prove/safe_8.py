from tests.prove.drilled import gaps, measured, nothing_lost, trials_of
from tests.prove.evidence import Measured

PROMISE = (
    "The archive's object store is away for ten minutes: decisions go on, no acknowledged payment"
    " is lost, and the archive catches up by itself (PARTS=backups)"
)
DRILL = "object-store-away"


def measure() -> Measured:
    """One trial; it takes a quarter of an hour."""
    made = trials_of("safe-8", {DRILL: 1}, nodes=1)
    trials = made[DRILL]
    return measured(
        "safe-8", made, [*nothing_lost(DRILL, trials, 1), *gaps(DRILL, trials, at_most=5)]
    )
