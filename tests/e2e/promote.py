"""`make promote`: another instance of the ledger is its primary from now on, as planned."""

import argparse
from datetime import UTC, datetime

from local.progress import Progress
from tests.e2e import timeouts
from tests.e2e.command import run
from tests.e2e.parts import CNPG, HEALTHY, LEDGER, PRIMARY, STANDBY, Part, postgres, sql
from tests.e2e.stack import RunningStack
from tests.e2e.waiting import until


class PromoteError(AssertionError):
    """Why the primary stayed, in one line."""


def main() -> None:
    """Prepare, promote and wait until the old primary follows, step by step."""
    parser = argparse.ArgumentParser(prog="make promote", description=__doc__)
    parser.add_argument("instance", nargs="?", default="", help="which; without: a replica")
    given = parser.parse_args()
    stack = RunningStack.find()
    to = replica(stack, given.instance)
    progress = Progress({"prepare": 1.0, f"promote {to}": 10.0, "all follow it": 30.0})
    with progress.step("prepare"):
        prepare(stack, to)
    with progress.step(f"promote {to}"):
        promote(stack, to)
    with progress.step("all follow it"):
        until(
            lambda: postgres(stack)["status"]["phase"] == HEALTHY,
            within=timeouts.RECOVERY,
            what=f"all follow {to}",
        )


def replica(stack: RunningStack, instance: str = "") -> str:
    """The replica of that name, or the first one, that serves."""
    serving = [pod.metadata.name for pod in STANDBY.pods(stack)]
    if instance and instance not in serving:
        allowed = ", ".join(serving)
        raise PromoteError(f"INSTANCE is {instance!r}, allowed: {allowed} (replicas that serve)")
    return instance or serving[0]


def prepare(stack: RunningStack, instance: str) -> None:
    """What the two would have to write while nobody is answered, they write before.

    The old primary ends with a checkpoint, and the new one begins with one.
    """
    named = STANDBY.labels | {"cnpg.io/instanceName": instance}
    for part in (PRIMARY, Part(instance, named, STANDBY.container, STANDBY.port)):
        sql(stack, "CHECKPOINT", part=part)


def ask(stack: RunningStack, instance: str) -> None:
    """Write into the database's status who shall be primary: the operator does the rest."""
    moment = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    status = {
        "targetPrimary": instance,
        "targetPrimaryTimestamp": moment,
        "phase": "Switchover in progress",
        "phaseReason": f"Switching over to {instance}",
    }
    stack.custom.patch_namespaced_custom_object_status(
        *CNPG, stack.namespace, "clusters", LEDGER, {"status": status}
    )


def promote(stack: RunningStack, instance: str) -> None:
    """Ask, and wait until it is primary."""
    ask(stack, instance)
    until(
        lambda: postgres(stack)["status"]["currentPrimary"] == instance,
        within=timeouts.RECOVERY,
        what=f"{instance} is primary",
    )


if __name__ == "__main__":
    run(main)
