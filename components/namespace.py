from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes.core.v1 import LimitRange, ResourceQuota
from pulumi_kubernetes.core.v1 import Namespace as KubernetesNamespace

from components.component import Component, Spec
from components.network import close


class Namespace(Component):
    """A home for parts that starts closed: nothing may talk but to DNS, nothing may run privileged.

    Requests and memory are bounded, CPU limits are not: throttling costs latency. Parts open the
    paths they need when they are passed to each other.
    """

    name: Output[str]
    """What parts take as their `namespace`."""

    def __init__(
        self,
        name: str,
        *,
        cpu: Input[str] = "4",
        memory: Input[str] = "8Gi",
        pods: Input[int] = 50,
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, None, opts)

        home = KubernetesNamespace(
            name,
            metadata={"name": name, "labels": {**self.labels, **pod_security("restricted")}},
            opts=self.child,
        )
        self.name = home.metadata.name
        self.meta["namespace"] = self.name

        hard = {"requests.cpu": cpu, "requests.memory": memory, "limits.memory": memory}
        ResourceQuota(
            name, metadata=self.meta, spec={"hard": {**hard, "pods": pods}}, opts=self.child
        )
        LimitRange(name, metadata=self.meta, spec={"limits": [CONTAINER]}, opts=self.child)

        close(self)

        self.register_outputs({"name": self.name})


CONTAINER: Spec = {
    "type": "Container",
    "default": {"memory": "256Mi"},
    "default_request": {"cpu": "20m", "memory": "64Mi"},
}


def pod_security(level: str) -> dict[str, str]:
    """Labels by which the API server refuses, reports and warns of pods below the level."""
    return {f"pod-security.kubernetes.io/{mode}": level for mode in ("enforce", "audit", "warn")}
