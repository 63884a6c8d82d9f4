import base64
import json
import secrets
import time
from collections.abc import Callable

import httpx

from app.models import CHAMPION, FOLDER
from local.progress import Progress
from tests.e2e import timeouts
from tests.e2e.rollback import all_run
from tests.e2e.stack import RunningStack
from tests.e2e.waiting import until
from tests.load.drill import RATE, Drilled, under_load
from tests.load.measure import Bench
from tests.load.rollout import restart
from tests.load.target import deployed
from tests.prove.errors import ProveError
from tests.prove.evidence import Measured
from tests.prove.figures import Figure, Trial, worst
from tests.prove.making import make
from tests.prove.victims import VICTIMS
from tests.prove.wholeness import Checkup

PROMISE = (
    "Under 500 requests a second a rollback of the model and a restart of the service fail no "
    "request; while Redis, killed, is away answers are marked as degraded, none is a server "
    "error, and they are whole again within 10 s"
)
KILLS = 3
ACTOR = {"X-Actor": "drill"}
WATCHED = 25.0
"""Seconds of load after Redis was killed."""
REDIS = next(victim for victim in VICTIMS if victim.name == "redis pod")


def measure() -> Measured:
    """One drill after the other on a whole stack, each under the same load."""
    kills = [f"kill Redis, {n}" for n in range(1, KILLS + 1)]
    expected = {"up": 60.0, "rollback": 60.0, "restart": 90.0, **dict.fromkeys(kills, 75.0)}
    progress = Progress(expected)
    with progress.step("up"):
        for verb in ("up", "load-tools"):
            make(verb)
    stack = RunningStack.find()
    bench = Bench(deployed(stack))
    with progress.step("rollback"):
        promote_another(stack)
        rolled_back = drilled("rollback", bench, lambda: make("rollback", settings=REASON))
    with progress.step("restart"):
        restarted = drilled("restart", bench, lambda: restart(stack))
    killed = []
    for kill in kills:
        with progress.step(kill):
            killed.append(drilled("redis", bench, lambda: kill_redis(stack)))
            whole(stack)
    return Measured(
        trials=[rolled_back, restarted, *killed],
        figures=[
            Figure(name="rollback_failed", value=rolled_back["failed"], at_most=0),
            Figure(name="rollback_seconds", value=rolled_back["seconds"], unit="s", at_most=30),
            Figure(name="restart_failed", value=restarted["failed"], at_most=0),
            Figure(name="restart_seconds", value=restarted["seconds"], unit="s"),
            worst("redis_server_errors", [k["server_errors"] for k in killed], at_most=0),
            worst("redis_failed", [k["failed"] for k in killed]),
            Figure(name="redis_degraded", value=min(k["degraded"] for k in killed), at_least=1),
            worst("recovery", [k["recovery_seconds"] for k in killed], unit="s", at_most=10),
        ],
    )


REASON = {"REASON": "a drill of the way back"}


def drilled(kind: str, bench: Bench, event: Callable[[], object]) -> Trial:
    """A drill's record. One that no request was sent during proves nothing."""
    seen: Drilled = under_load(bench, event)
    if not len(seen.answers.between(seen.began, seen.began + 1)):
        raise ProveError(f"{kind}: no load was under way when it happened")
    return {"kind": kind, "rate": RATE} | seen.record()


def promote_another(stack: RunningStack) -> None:
    """The same model under another name decides, so that there is a way back to measure."""
    folder = FOLDER / CHAMPION
    version = f"drill-{secrets.token_hex(4)}"
    model = {
        "version": version,
        "card": json.loads((folder / "card.json").read_text(encoding="utf-8")),
        "artifact": base64.b64encode((folder / "model.onnx").read_bytes()).decode(),
    }
    why = {"reason": "a drill needs a way back", "forced": True}
    with stack.scoring() as api:
        api.headers.update(ACTOR)
        try:
            api.post("/v1/models", json=model).raise_for_status()
            api.post(f"/v1/models/{version}/promotion", json=why).raise_for_status()
        except httpx.HTTPError as wrong:
            raise ProveError(f"model {version} could not be promoted: {wrong}") from None
    until(
        lambda: all_run(stack, version),
        within=timeouts.ROLLBACK,
        what=f"every replica decides by {version}",
    )


def kill_redis(stack: RunningStack) -> None:
    """End it without a goodbye, and wait for as long as it may be missed."""
    if not REDIS.kill(stack):
        raise ProveError("redis: no such process runs, nothing was killed")
    time.sleep(WATCHED)


def whole(stack: RunningStack) -> None:
    """The next drill begins on a stack that misses nothing."""
    checkup = Checkup(stack, time.time())
    until(lambda: not checkup.missing(), within=timeouts.RECOVERY, what="the whole stack")
    checkup.tidy()
