from tests.prove.drilled import gaps, measured, nothing_lost, trials_of
from tests.prove.evidence import Measured

PROMISE = (
    "The pod of the primary of three instances is killed under load, by force through the API"
    " (`kubectl delete --force`) or by SIGKILL to all of its processes: writes are acknowledged"
    " again within 5 s in the median and 10 s at worst, no acknowledged payment is lost, and the"
    " history of all answers is linearizable"
)
TRIALS = 10
DRILLS = ("primary-killed", "primary-crashed")


def measure() -> Measured:
    """Ten trials of each; those that were made before count."""
    made = trials_of("safe-1", dict.fromkeys(DRILLS, TRIALS), nodes=1)
    figures = [
        figure
        for name in DRILLS
        for figure in (
            *nothing_lost(name, made[name], TRIALS),
            *gaps(name, made[name], at_most=10, middle=5),
        )
    ]
    return measured("safe-1", made, figures)
