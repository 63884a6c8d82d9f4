"""`make rollback`: the previous model decides again, and every replica says so."""

import argparse
import getpass
import time
from collections.abc import Mapping
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.e2e import timeouts
from tests.e2e.command import run
from tests.e2e.parts import metrics
from tests.e2e.stack import RunningStack
from tests.e2e.waiting import until


def main() -> None:
    """Ask the registry, then wait until the last replica follows."""
    parser = argparse.ArgumentParser(prog="make rollback", description=__doc__)
    parser.add_argument("reason", help="why; it is kept with the history")
    reason = parser.parse_args().reason
    stack = RunningStack.find()
    start = time.monotonic()
    before, after = roll_back(stack, reason)
    print(f"{before} was rolled back; {after} decides from now on")
    replicas = until(
        lambda: all_run(stack, after),
        within=timeouts.ROLLBACK,
        every=0.2,
        what=f"every replica decides by {after}",
    )
    print(
        f"{len(replicas)} replicas decide by {after}, {time.monotonic() - start:.1f} s after asking"
    )


def roll_back(stack: RunningStack, reason: str) -> tuple[str, str]:
    """The version that decided, and the one that does now. Told twice it changes nothing."""
    with stack.patient() as api:
        live = said(api.get("/v1/models"))["roles"]["champion"]
        body = {"reason": reason, "expected": live}
        actor = {"X-Actor": getpass.getuser()}
        now = said(api.post("/v1/models/rollback", json=body, headers=actor))
    return live, str(now["roles"]["champion"])


def all_run(stack: RunningStack, version: str) -> Mapping[str, str] | None:
    """Which model each replica runs, once it is this one on all of them."""
    running = replicas(stack)
    return running if running and set(running.values()) == {version} else None


def replicas(stack: RunningStack) -> dict[str, str]:
    """The model that decides in each pod that takes requests, as the pod itself tells it."""
    return {pod: champion(text) for pod, text in metrics(stack).items()}


def champion(metrics: str) -> str:
    """Which model decides, by a process's own metrics; empty where they do not tell."""
    for family in text_string_to_metric_families(metrics):
        for sample in family.samples:
            if family.name == "fraud_model_info" and sample.labels["alias"] == "champion":
                return sample.labels["version"]
    return ""


def said(answer: httpx.Response) -> dict[str, Any]:
    """What the API answered, or a failure with what it refused."""
    body: dict[str, Any] = answer.json()
    if answer.is_error:
        raise AssertionError(f"{answer.status_code}: {body.get('detail', body)}")
    return body


if __name__ == "__main__":
    run(main)
