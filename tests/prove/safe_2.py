from tests.prove.drilled import gaps, measured, nothing_lost, trials_of
from tests.prove.evidence import Measured

PROMISE = (
    "A planned switchover pauses acknowledgements for at most 10 s, the loss of the node with the"
    " primary for at most 75 s; no acknowledged payment is lost, and the history of all answers is"
    " linearizable"
)
TRIALS = 10
BARS = {"switchover": 10.0, "node-lost": 75.0}


def measure() -> Measured:
    """Ten trials of each; those that were made before count."""
    made = trials_of("safe-2", dict.fromkeys(BARS, TRIALS), nodes=3)
    figures = [
        figure
        for name, bar in BARS.items()
        for figure in (
            *nothing_lost(name, made[name], TRIALS),
            *gaps(name, made[name], at_most=bar),
        )
    ]
    return measured("safe-2", made, figures)
