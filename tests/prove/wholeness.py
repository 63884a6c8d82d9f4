"""When a stack counts as whole again after something in it was killed."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

import urllib3
from kubernetes import client
from kubernetes.client import ApiException

from tests.e2e import pods
from tests.e2e.parts import HEALTHY, postgres
from tests.e2e.stack import Api, RunningStack
from tests.e2e.supervised import PROGRAMS, supervised


@dataclass
class Checkup:
    """Asks for everything that should be there, and for a job from its creation to its end.

    The job takes the API server, etcd, a controller, the scheduler, the kubelet and containerd, so
    none of them can be counted as back for merely having a process.
    """

    stack: RunningStack
    since: float
    """When something was killed; a heartbeat from before it says nothing."""
    job: str = field(default_factory=lambda: f"checkup-{secrets.token_hex(4)}")
    _asked: bool = False

    def missing(self) -> list[str]:
        """What is not yet as it should be."""
        try:
            return list(self._missing())
        except (ApiException, urllib3.exceptions.HTTPError) as away:
            return [f"the API server ({type(away).__name__})"]

    def tidy(self) -> None:
        """Remove the job."""
        if self._asked:
            self._batch.delete_namespaced_job(
                self.job, self.stack.namespace, propagation_policy="Background"
            )

    @property
    def _batch(self) -> Api:
        return client.BatchV1Api(self.stack.kubernetes)

    def _missing(self) -> Iterator[str]:
        running = {process.name for process in supervised()}
        yield from (name for name in PROGRAMS if name not in running)

        if not self._asked:
            pod = pods.probe_spec(["true"], labels={})
            job = {"metadata": {"name": self.job}, "spec": {"template": pod, "backoffLimit": 0}}
            del pod["metadata"]["name"]
            self._batch.create_namespaced_job(self.stack.namespace, job)
            self._asked = True
        if not self._batch.read_namespaced_job(self.job, self.stack.namespace).status.succeeded:
            yield "a job from its creation to its end"

        leases: Api = client.CoordinationV1Api(self.stack.kubernetes)
        beats = {
            lease.metadata.name: lease.spec.renew_time.timestamp()
            for lease in leases.list_namespaced_lease("kube-node-lease").items
        }
        for node in self.stack.core.list_node().items:
            ready = {c.type: c.status for c in node.status.conditions}["Ready"] == "True"
            if not ready or beats.get(node.metadata.name, 0) < self.since:
                yield f"node {node.metadata.name}"

        for pod in self.stack.core.list_pod_for_all_namespaces().items:
            if not pods.ready(pod):
                yield f"pod {pod.metadata.name}"
        status = postgres(self.stack)["status"]
        if status["phase"] != HEALTHY or status["readyInstances"] != status["instances"]:
            yield f"Postgres ({status['phase']})"
