from tests.prove.drilled import gaps, measured, nothing_lost, trials_of
from tests.prove.evidence import Measured
from tests.prove.figures import worst

PROMISE = (
    "Redis lost, the API server away, one replica or all of them cut off, a full disk, an update"
    " killed half-way and a destroy of protected data: no acknowledged payment is lost, the history"
    " of all answers is linearizable, and what needs no second copy back goes on"
)
TRIALS = 3
GOES_ON = 5.0
"""Seconds: what is not the log may not stop it for longer."""
BARS = {
    "redis-lost": GOES_ON,
    "api-server-away": GOES_ON,
    "replica-cut": GOES_ON,
    "replicas-cut": None,
    "disk-full": None,
    "update-killed": GOES_ON,
    "destroy-refused": GOES_ON,
}
"""No bar where nothing can be acknowledged before the fault is mended."""


def measure() -> Measured:
    """Three trials of each; those that were made before count."""
    made = trials_of("safe-7", dict.fromkeys(BARS, TRIALS), nodes=1)
    figures = [
        figure
        for name, bar in BARS.items()
        for figure in (
            *nothing_lost(name, made[name], TRIALS),
            *gaps(name, made[name], at_most=bar),
        )
    ]
    redis = [t["degraded_after_return"] for t in made["redis-lost"] if "broke_off" not in t]
    back = worst("redis_lost_degraded_after_return", redis, unit="s", at_most=10)
    return measured("safe-7", made, [*figures, back])
