"""Jobs by the clock, and those of them that are a Python program of ours with an account."""

from collections.abc import Mapping, Sequence

from components import further_versions
from components.component import Spec
from components.pods import Mount, Resources, hardened_pod

PROGRAM_HOME = "/run/program"
"""Where the program is mounted."""
USER = 10003
NEVER = "0 0 1 1 *"
JOB = "metadata.labels['batch.kubernetes.io/job-name']"


def scheduled(job: Spec, schedule: str) -> Spec:
    """A job on a schedule, one at a time; without a schedule, one that someone starts by hand."""
    return {
        "schedule": schedule or NEVER,
        "suspend": not schedule,
        "concurrency_policy": "Forbid",
        # A cluster that was away catches up with the last one only.
        "starting_deadline_seconds": 600,
        "successful_jobs_history_limit": 3,
        "failed_jobs_history_limit": 3,
        "job_template": {"spec": job},
    }


def python_job(
    container: Spec,
    *,
    labels: Mapping[str, str],
    account: str,
    memory: str,
    mounts: Sequence[Mount],
    seconds: int,
    env: Sequence[Spec] = (),
) -> Spec:
    """A program in Barman's image, which has a Python, boto3 and a driver of Postgres.

    It may ask the API server by its account, is told its job's name as `JOB`, and is tried once.
    """
    pod = hardened_pod(
        {
            **container,
            "image": further_versions.BARMAN_SIDECAR_IMAGE,
            # Where Python looks first, wherever the image keeps the rest.
            "working_dir": PROGRAM_HOME,
            "env": [{"name": "JOB", "value_from": {"field_ref": {"field_path": JOB}}}, *env],
            "resources": Resources(cpu="50m", memory=memory).spec,
        },
        labels=labels,
        user=USER,
        mounts=tuple(mounts),
        also={
            "restart_policy": "Never",
            "service_account_name": account,
            "automount_service_account_token": True,
        },
    )
    return {
        "template": pod,
        "backoff_limit": 0,
        "active_deadline_seconds": seconds,
        "ttl_seconds_after_finished": 86400,
    }
