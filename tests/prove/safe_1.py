from tests.prove.drilled import gaps, measured, nothing_lost, trials_of
from tests.prove.evidence import Measured

PROMISE = (
    "The pod of the primary of three instances is killed under load, as `kubectl delete --force`"
    " does: writes are acknowledged again within 5 s in the median and 10 s at worst, no"
    " acknowledged payment is lost, and the history of all answers is linearizable"
)
TRIALS = 10
DRILL = "primary-killed"


def measure() -> Measured:
    """Ten trials; those that were made before count."""
    made = trials_of("safe-1", {DRILL: TRIALS}, nodes=1)
    trials = made[DRILL]
    return measured(
        "safe-1",
        made,
        [*nothing_lost(DRILL, trials, TRIALS), *gaps(DRILL, trials, at_most=10, middle=5)],
    )
