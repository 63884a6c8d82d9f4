"""Loads the weeks before the test week into the running stack, as an operator would."""

import time
from typing import Any

from kubernetes import client
from kubernetes.client import ApiException

from tests.e2e import timeouts
from tests.e2e.parts import metrics
from tests.e2e.stack import Api, RunningStack
from tests.e2e.waiting import until

FAST = "fraud_fast_windows 1.0"


def load(stack: RunningStack) -> float | None:
    """Seconds that the backfill took; nothing if this stack has its history already.

    Every process then finds Redis complete, so that nothing that comes next is degraded.
    """
    batch: Api = client.BatchV1Api(stack.kubernetes)
    template = _template(batch, stack.namespace)
    name = f"{template.metadata.name}-first"
    started, new = time.monotonic(), True
    try:
        batch.create_namespaced_job(stack.namespace, _job(name, template))
    except ApiException as refused:
        if refused.status != 409:
            raise
        new = False
    until(
        lambda: _ended(batch.read_namespaced_job(name, stack.namespace)),
        within=timeouts.BACKFILL,
        what=f"job {stack.namespace}/{name}",
    )
    until(lambda: fast(stack), within=timeouts.BACKFILL, what="windows from Redis everywhere")
    return time.monotonic() - started if new else None


def fast(stack: RunningStack) -> bool:
    """Whether every process takes its windows from Redis."""
    return all(FAST in text.splitlines() for text in metrics(stack).values())


def _template(batch: Api, namespace: str) -> Any:
    jobs = batch.list_namespaced_cron_job(namespace).items
    found = [job for job in jobs if _role(job) == "backfill"]
    if len(found) != 1:
        raise AssertionError(f"{len(found)} cron jobs for the backfill in {namespace}, need 1")
    return found[0]


def _role(job: Any) -> str | None:
    labels: dict[str, str] = job.spec.job_template.spec.template.metadata.labels
    return labels.get("app.kubernetes.io/component")


def _job(name: str, template: Any) -> dict[str, Any]:
    """As `kubectl create job --from` makes it: it goes when its cron job goes."""
    owner = {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "name": template.metadata.name,
        "uid": template.metadata.uid,
        "controller": True,
    }
    made_by_hand = {"cronjob.kubernetes.io/instantiate": "manual"}
    meta = template.spec.job_template.metadata
    return {
        "metadata": {
            "name": name,
            "labels": meta.labels if meta else None,
            "annotations": made_by_hand,
            "ownerReferences": [owner],
        },
        "spec": template.spec.job_template.spec,
    }


def _ended(job: Any) -> bool:
    if any(c.type == "Failed" and c.status == "True" for c in job.status.conditions or []):
        raise AssertionError(f"job {job.metadata.name} failed: its pods' logs have the reason")
    return bool(job.status.succeeded)
