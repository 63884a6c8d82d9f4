from tests.prove.evidence import Measured
from tests.prove.figures import worst
from tests.prove.pins import kept
from tests.prove.starts import starts

PROMISE = (
    "`make up` scores transactions: from an empty cache within 45 min, from a warm one within "
    "6 min, and again, unchanged, within 30 s and without a change"
)


def measure() -> Measured:
    """Read off the starts; the cold one is the first of the two commands that engine-7 times."""
    cold, warm = list(kept("engine-7", "cold")), starts()
    return Measured(
        trials=[*cold, *warm],
        figures=[
            worst("cold_seconds", [t["up_seconds"] for t in cold], unit="s", at_most=45 * 60),
            worst("warm_seconds", [t["seconds"] for t in warm], unit="s", at_most=6 * 60),
            worst("again_seconds", [t["again_seconds"] for t in warm], unit="s", at_most=30),
            worst("again_changes", [t["again_changes"] for t in warm], at_most=0),
        ],
    )
