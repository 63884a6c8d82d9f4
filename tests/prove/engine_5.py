from dataclasses import asdict

from local.progress import Progress
from tests.e2e import history
from tests.e2e.replay import replay
from tests.e2e.stack import RunningStack
from tests.prove.evidence import Measured
from tests.prove.figures import Figure
from tests.prove.making import make

PROMISE = (
    "AUC and AP of the test week replayed through the API equal those of the offline evaluation "
    "within 0.005; the history before it is loaded within 60 s"
)


def measure() -> Measured:
    """A stack that knows nothing, then its history, then the week."""
    progress = Progress({"fresh stack": 200.0, "history": 60.0, "replay": 180.0})
    with progress.step("fresh stack"):
        for verb in ("down", "engine", "image", "stack"):
            make(verb)
    stack = RunningStack.find()
    with progress.step("history"):
        seconds = history.load(stack)
    with progress.step("replay"):
        seen = replay(stack)

    online, offline = seen.online, seen.offline
    return Measured(
        trials=[{"history_seconds": seconds, **asdict(seen)}],
        figures=[
            Figure(name="history_seconds", value=seconds, unit="s", at_most=60),
            Figure(name="replayed", value=seen.decided_now, at_least=20_000),
            Figure(name="judged", value=seen.judged, at_least=20_000),
            Figure(name="auc", value=round(online.auc, 4)),
            Figure(name="ap", value=round(online.ap, 4)),
            Figure(name="cp100", value=round(online.cp100, 4)),
            Figure(name="auc_apart", value=abs(online.auc - offline.auc), at_most=0.005),
            Figure(name="ap_apart", value=abs(online.ap - offline.ap), at_most=0.005),
            Figure(name="score_apart", value=seen.furthest),
            Figure(name="degraded", value=seen.degraded, at_most=0),
            Figure(name="per_second", value=round(seen.sent / seen.seconds), unit="payments/s"),
        ],
    )
