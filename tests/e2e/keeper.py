"""The configuration's bucket, asked from within: by the job's own pod, account, path and key.

So the commands work for whatever bucket the stack names, and its key never leaves the cluster.
"""

import json
import secrets
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kubernetes import client

from tests.e2e import timeouts
from tests.e2e.stack import (
    CLUSTER,
    Api,
    Clients,
    Connection,
    StackDownError,
    environment,
    kubeconfig,
)
from tests.e2e.waiting import until

PART = "app.kubernetes.io/name=configurationbackup"
WAIT = ["python3", "-c", f"import time; time.sleep({timeouts.KEEPER})"]
PROGRAM = ["python3", "-m", "components.configuration_job", "/run/configuration/plan/plan.json"]


class KeeperError(AssertionError):
    """What the bucket's pod had to say when it failed."""


@dataclass(frozen=True)
class Configuration(Clients):
    """The part as it runs in a cluster; the stack's state is not asked, it may be lost."""

    kubeconfig: Path
    schedule: Any
    """Its CronJob."""

    @classmethod
    def find(cls) -> "Configuration":
        """The one of the chosen cluster, or a `StackDownError`."""
        path = kubeconfig()
        batch: Api = client.BatchV1Api(Connection(str(path)))
        found = batch.list_cron_job_for_all_namespaces(label_selector=PART).items
        if not found:
            raise StackDownError(
                f"cluster {CLUSTER!r} keeps no configuration; run: make up PARTS=backups"
            )
        return cls(path, found[0])

    @property
    def name(self) -> str:
        """The part's."""
        return str(self.schedule.metadata.name)

    @property
    def namespace(self) -> str:
        """Where it runs."""
        return str(self.schedule.metadata.namespace)

    def runs(self) -> list[dict[str, Any]]:
        """The record, oldest first."""
        record = self.core.read_namespaced_config_map(f"{self.name}-record", self.namespace)
        read: list[dict[str, Any]] = json.loads((record.data or {}).get("runs.json") or "[]")
        return read

    def back_up(self) -> dict[str, Any]:
        """Start a run now, and what it wrote down at its end."""
        batch: Api = client.BatchV1Api(self.kubernetes)
        name = f"{self.name}-by-hand-{secrets.token_hex(3)}"
        own = self.schedule.metadata
        # As `kubectl create job --from` does: it is the schedule's, and goes with it.
        owner = client.V1OwnerReference(
            api_version="batch/v1", kind="CronJob", name=own.name, uid=own.uid, controller=True
        )
        meta = client.V1ObjectMeta(name=name, labels=own.labels, owner_references=[owner])
        job = client.V1Job(metadata=meta, spec=self.schedule.spec.job_template.spec)
        batch.create_namespaced_job(self.namespace, job)

        def written() -> dict[str, Any] | None:
            return next((run for run in self.runs() if run.get("job") == name), None)

        return until(written, within=timeouts.EXPORTED, what=f"job {name} wrote its record")

    @contextmanager
    def keeper(self) -> Iterator["Keeper"]:
        """A pod like the job's that waits for commands, for as long as the block lasts."""
        described = self.kubernetes.sanitize_for_serialization(
            self.schedule.spec.job_template.spec.template
        )
        pod = self.core.create_namespaced_pod(
            self.namespace, waiting(described, f"{self.name}-keeper-{secrets.token_hex(3)}")
        )
        name = pod.metadata.name
        try:
            until(lambda: self._runs(name), within=timeouts.POD, what=f"pod {name} runs")
            yield Keeper(self.kubeconfig, self.namespace, name)
        finally:
            self.core.delete_namespaced_pod(name, self.namespace, grace_period_seconds=0)

    def _runs(self, name: str) -> bool:
        phase: str = self.core.read_namespaced_pod(name, self.namespace).status.phase
        return phase == "Running"


@dataclass(frozen=True)
class Keeper:
    """Files of the bucket."""

    kubeconfig: Path
    namespace: str
    pod: str

    def keep(self, prefix: str, suffix: str, body: bytes) -> dict[str, Any]:
        """Write a dated file; its key, size and SHA-256, as they were read back."""
        told: dict[str, Any] = json.loads(self._ask("keep", prefix, suffix, given=body))
        return told

    def fetch(self, prefix: str, suffix: str, key: str = "") -> tuple[str, bytes]:
        """A file, the newest if none is named: its key, and what is in it."""
        found, _, body = self._ask("fetch", prefix, suffix, *filter(None, [key])).partition(b"\n")
        return found.decode(), body

    def files(self, prefix: str, suffix: str) -> list[str]:
        """The keys of all files, oldest first."""
        return self._ask("list", prefix, suffix).decode().split()

    def _ask(self, *words: str, given: bytes = b"") -> bytes:
        place = [f"--kubeconfig={self.kubeconfig}", f"--namespace={self.namespace}"]
        done = subprocess.run(
            ["kubectl", *place, "exec", "--stdin", self.pod, "--", *PROGRAM, *words],
            env=environment(),
            input=given,
            capture_output=True,
            check=False,
            timeout=timeouts.COMMAND,
        )
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
            line = next((each for each in said if each.startswith("error: ")), said[-1])
            raise KeeperError(line.removeprefix("error: "))
        return done.stdout


def waiting(template: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The job's pod with nothing to do, which ends by itself if nobody ends it."""
    (container,) = template["spec"]["containers"]
    idle = {key: value for key, value in container.items() if key != "args"}
    return {
        "metadata": {"name": name, "labels": template["metadata"]["labels"]},
        "spec": {
            **template["spec"],
            "activeDeadlineSeconds": timeouts.KEEPER,
            "terminationGracePeriodSeconds": 0,
            "containers": [{**idle, "command": WAIT}],
        },
    }
