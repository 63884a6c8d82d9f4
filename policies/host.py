"""A pod keeps away from the node that it runs on."""

from __future__ import annotations

from collections.abc import Iterator

from policies.manifests import at
from policies.policy import Manifest


def reaches_the_host(pod: Manifest) -> Iterator[str]:
    """The node's namespaces, files or ports."""
    for namespace in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(namespace):
            yield f"shares the node's {namespace}"
    for volume in at(pod, "volumes"):
        if volume.get("hostPath"):
            yield f"mounts {volume['hostPath'].get('path')} of the node"
    for container in (*at(pod, "initContainers"), *at(pod, "containers")):
        for port in at(container, "ports"):
            if port.get("hostPort"):
                yield f"takes port {port['hostPort']} of the node"


def is_not_restricted(namespace: Manifest) -> Iterator[str]:
    """A namespace where the API server itself would let such pods in."""
    enforced = at(namespace, "metadata", "labels").get("pod-security.kubernetes.io/enforce")
    if enforced != "restricted":
        yield (
            f"enforces the Pod Security level {enforced or 'privileged'};"
            " label it pod-security.kubernetes.io/enforce: restricted"
        )
