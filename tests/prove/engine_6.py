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
    """The real engine with the real policy pack, one bad change after the other; no cluster."""
    progress = Progress({"environments": 60.0, "bad changes": 180.0})
    with progress.step("environments"):
        for verb in ("policies-venv", "checkov-venv"):
            make(verb)
    with progress.step("bad changes"):
        trials = cases.run("tests/e2e/test_policies.py", "tests/e2e/test_settings.py")
    return Measured(
        trials=trials,
        figures=[
            Figure(name="cases", value=len(trials), at_least=10),
            Figure(name="not_stopped", value=cases.failed(trials), at_most=0),
        ],
    )
