from local.progress import Progress
from tests.prove import cases
from tests.prove.evidence import Measured
from tests.prove.figures import Figure
from tests.prove.making import make

PROMISE = (
    "Every mandatory policy stops a bad change at preview or, where values are unknown then, at "
    "up; an unknown setting stops the preview with one line"
)


def measure() -> Measured:
    """The real engine with the real policy pack, one bad change after the other."""
    progress = Progress({"up": 30.0, "bad changes": 300.0})
    with progress.step("up"):
        make("up")
    with progress.step("bad changes"):
        trials = cases.run("tests/e2e/test_policies.py", "tests/e2e/test_settings.py")
    return Measured(
        trials=trials,
        figures=[
            Figure(name="bad_changes", value=len(trials), at_least=10),
            Figure(name="not_stopped", value=cases.failed(trials), at_most=0),
        ],
    )
