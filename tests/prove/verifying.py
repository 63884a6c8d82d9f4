"""The verification of backups as a drill sees it: started by hand, judged by record and figures."""

import json
import secrets
import time
from typing import Any

from kubernetes import client
from prometheus_client.parser import text_string_to_metric_families

from tests.e2e import timeouts
from tests.e2e.stack import Api, RunningStack
from tests.e2e.waiting import until

NAME = "verification"
RECORD = f"{NAME}-record"
PREFIX = "bulwark_backup_verification_"
BY_THE_CLOCK = "batch.kubernetes.io/cronjob-scheduled-timestamp"


def runs(stack: RunningStack) -> list[dict[str, Any]]:
    """The record, oldest first."""
    data = stack.core.read_namespaced_config_map(RECORD, stack.namespace).data or {}
    read: list[dict[str, Any]] = json.loads(data.get("runs.json") or "[]")
    return read


def verify(stack: RunningStack) -> dict[str, Any]:
    """Start a run now, and what it wrote down at its end."""
    batch: Api = client.BatchV1Api(stack.kubernetes)
    schedule = batch.read_namespaced_cron_job(NAME, stack.namespace)
    name = f"{NAME}-by-hand-{secrets.token_hex(3)}"
    job = client.V1Job(
        metadata=client.V1ObjectMeta(name=name, labels=schedule.metadata.labels),
        spec=schedule.spec.job_template.spec,
    )
    batch.create_namespaced_job(stack.namespace, job)

    def written() -> dict[str, Any] | None:
        return next((run for run in runs(stack) if run.get("job") == name), None)

    return until(written, within=timeouts.VERIFIED, what=f"job {name} wrote its record", every=1)


def figures(stack: RunningStack) -> dict[str, float]:
    """What Prometheus would read of the last run."""
    told = stack.core.connect_get_namespaced_service_proxy_with_path(
        f"{NAME}-metrics:metrics", stack.namespace, "metrics.txt"
    )
    return {
        sample.name.removeprefix(PREFIX): sample.value
        for family in text_string_to_metric_families(told)
        for sample in family.samples
    }


def shown(stack: RunningStack, run: dict[str, Any]) -> dict[str, float]:
    """The figures, once they are those of a run, and how long they took to be."""
    began = time.monotonic()

    def there() -> dict[str, float] | None:
        told = figures(stack)
        return told if told.get("last_run_timestamp_seconds") == run["ended"] else None

    told = until(there, within=timeouts.METRICS, what="the figures of the last run", every=2)
    return told | {"shown_after_seconds": round(time.monotonic() - began, 1)}


def by_the_clock(stack: RunningStack) -> list[str]:
    """Jobs that the CronJob itself made, and that went well."""
    batch: Api = client.BatchV1Api(stack.kubernetes)
    jobs = batch.list_namespaced_job(stack.namespace).items
    return [
        job.metadata.name
        for job in jobs
        if BY_THE_CLOCK in (job.metadata.annotations or {})
        and job.metadata.name.startswith(f"{NAME}-")
        and job.status.succeeded
    ]
