"""`make restore`: the ledger as it was at an instant, as a database beside it."""

import argparse
import time
from datetime import UTC, datetime
from typing import Any

from kubernetes.client import ApiException

from components.recovery_specs import RESTORED, one_instance_of, recovery_of
from components.verification_job.complaints import SIDECAR, reason
from local.progress import Progress
from tests.e2e import timeouts
from tests.e2e.command import run
from tests.e2e.parts import CNPG, HEALTHY, Part, postgres, sql
from tests.e2e.stack import RunningStack
from tests.e2e.waiting import until, until_none

CONFLICT = 409


class RestoreError(AssertionError):
    """Why nothing was restored, in one line."""


def main() -> None:
    """Restore, step by step, and say how to look at it."""
    parser = argparse.ArgumentParser(prog="make restore", description=__doc__)
    parser.add_argument("name", help="what to call it")
    parser.add_argument("at", nargs="?", default="", help="an instant; without: all there is")
    given = parser.parse_args()
    at = instant(given.at)
    stack = RunningStack.find()
    progress = Progress({"archive the log": 5.0, "restore": 60.0})
    with progress.step("archive the log"):
        flush(stack)
    with progress.step("restore"):
        seconds = restored(stack, given.name, at)
    print(f"{given.name} is the ledger {f'at {at}' if at else 'as archived'}, {seconds:.0f} s")
    where = f"--kubeconfig={stack.kubeconfig} --namespace={stack.namespace}"
    print(f"look at it:   kubectl {where} exec -it {given.name}-1 -c postgres -- psql fraud")
    print(f"take it away: kubectl {where} delete cluster.postgresql.cnpg.io {given.name}")


def instant(text: str) -> str:
    """A moment as the operator reads it; one without a zone is nobody's."""
    if not text:
        return ""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise RestoreError(
            f"AT is {text!r}, allowed: a moment by RFC 3339, 2026-11-21T20:15:30Z"
        ) from None
    if at.tzinfo is None:
        raise RestoreError(f"AT is {text!r} without a zone; add Z or +01:00")
    if at > datetime.now(UTC):
        raise RestoreError(f"AT is {text!r}, which has not come yet")
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def flush(stack: RunningStack) -> None:
    """Have the log archived up to now: what ends before the instant can not be restored to it.

    The message is a transaction of its own, so that the log goes on behind every earlier one.
    """
    rows = sql(
        stack,
        "SELECT pg_logical_emit_message(true, 'restore', '');\n"
        "SELECT pg_walfile_name(pg_switch_wal());",
    )
    wanted = rows[-1][0]

    def archived() -> bool:
        last = sql(stack, "SELECT coalesce(last_archived_wal, '') FROM pg_stat_archiver")
        return last[0][0][:24] >= wanted

    until(archived, within=timeouts.ARCHIVED, what=f"{wanted} is archived")


def restored(stack: RunningStack, name: str, at: str = "") -> float:
    """Seconds until a database of that name serves what the archive has up to the instant."""
    ledger = postgres(stack)
    try:
        stack.custom.create_namespaced_custom_object(
            *CNPG, stack.namespace, "clusters", manifest(ledger, name, at)
        )
    except ApiException as refused:
        if refused.status == CONFLICT:
            raise RestoreError(f"{name} is there already; choose another name") from None
        raise
    began = time.monotonic()
    until(lambda: healthy(stack, name), within=timeouts.RESTORED, what=f"{name} serves", every=1)
    return time.monotonic() - began


def manifest(ledger: dict[str, Any], name: str, at: str) -> dict[str, Any]:
    """The object that the part `Restore` would declare."""
    archives = [each for each in ledger["spec"].get("plugins", ()) if each.get("isWALArchiver")]
    if not archives:
        raise RestoreError("the ledger has no archive; raise the profile `backups`")
    archive = archives[0]["parameters"]["barmanObjectName"]
    source, owner = ledger["metadata"]["name"], ledger["spec"]["bootstrap"]["initdb"]["database"]
    return {
        "apiVersion": "/".join(CNPG),
        "kind": "Cluster",
        "metadata": {"name": name, "labels": {RESTORED: archive}},
        "spec": {
            **one_instance_of(ledger["spec"], archive=archive),
            **recovery_of(source, archive=archive, owner=owner, at=at),
        },
    }


def healthy(stack: RunningStack, name: str) -> bool:
    """Whether it serves. A restore that failed once is not waited for."""
    found = stack.custom.get_namespaced_custom_object(*CNPG, stack.namespace, "clusters", name)
    phase: str = found.get("status", {}).get("phase", "")
    selector = f"cnpg.io/jobRole,cnpg.io/cluster={name}"
    for pod in stack.core.list_namespaced_pod(stack.namespace, label_selector=selector).items:
        if pod.status.phase == "Failed":
            name_of = pod.metadata.name
            logs = [
                stack.core.read_namespaced_pod_log(
                    name_of, stack.namespace, container=container, tail_lines=200
                )
                for container in (SIDECAR, pod.spec.containers[0].name)
            ]
            raise RestoreError(f"{name} could not be restored: {reason(*logs)}")
    return phase == HEALTHY


def forget(stack: RunningStack, name: str) -> None:
    """Take a restored database away, its volume too."""
    stack.custom.delete_namespaced_custom_object(*CNPG, stack.namespace, "clusters", name)
    selector = f"cnpg.io/cluster={name}"
    until_none(
        lambda: stack.core.list_namespaced_pod(stack.namespace, label_selector=selector).items,
        within=timeouts.GONE,
        what=f"{name} is gone",
    )


def part(name: str) -> Part:
    """Where a restored database answers."""
    labels = {"cnpg.io/cluster": name, "cnpg.io/podRole": "instance"}
    return Part(name, labels, "postgres", 5432)


if __name__ == "__main__":
    run(main)
