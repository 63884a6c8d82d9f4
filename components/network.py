"""Who may talk to whom. A namespace denies everything; what is opened here is all there is.

The kubelet's probes need no rule: Kubernetes lets a node reach its own pods.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pulumi_kubernetes.networking.v1 import NetworkPolicy

from components.component import Component, Spec

API_SERVER_PORTS = (443, 6443)


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """What a part listens on: its name for the reader, its pods by label, and the ports."""

    name: str
    pods: Mapping[str, str]
    ports: tuple[int, ...]


def open_path(client: Component, to: Endpoint) -> None:
    """Both ends of one path: the client may leave for the endpoint, the endpoint lets it in."""
    name = client.pulumi_resource_name
    _allow(client, f"{name}-to-{to.name}", client.labels, egress=_peers("to", to.pods, to))
    _allow(client, f"{to.name}-from-{name}", to.pods, ingress=_peers("from_", client.labels, to))


def open_among(part: Component, endpoint: Endpoint) -> None:
    """The endpoint's pods may talk to each other: instances of one cluster."""
    pods = endpoint.pods
    _allow(
        part,
        f"{endpoint.name}-among",
        pods,
        egress=_peers("to", pods, endpoint),
        ingress=_peers("from_", pods, endpoint),
    )


def open_to_namespace(part: Component, endpoint: Endpoint, namespace: str) -> None:
    """Pods of another namespace may reach the endpoint: an operator what it operates."""
    peer = {"namespace_selector": {"match_labels": {"kubernetes.io/metadata.name": namespace}}}
    rule = {"from_": [peer], "ports": _tcp(endpoint.ports)}
    _allow(part, f"{endpoint.name}-from-{namespace}", endpoint.pods, ingress=rule)


def open_to_everyone(part: Component, endpoint: Endpoint) -> None:
    """Clients outside the cluster may reach the endpoint: a front door."""
    rule = {"ports": _tcp(endpoint.ports)}
    _allow(part, f"{endpoint.name}-from-everyone", endpoint.pods, ingress=rule)


def open_to_api_server(part: Component, pods: Mapping[str, str]) -> NetworkPolicy:
    """These pods may ask the Kubernetes API: operators, and what runs under one.

    The API server is no pod and its address differs by cluster, so the port is the bound.
    """
    rule = {"ports": _tcp(API_SERVER_PORTS)}
    return _allow(part, f"{part.pulumi_resource_name}-to-api-server", pods, egress=rule)


def _allow(
    part: Component,
    name: str,
    pods: Mapping[str, str],
    *,
    egress: Spec | None = None,
    ingress: Spec | None = None,
) -> NetworkPolicy:
    spec: Spec = {"pod_selector": {"match_labels": pods}, "policy_types": []}
    if egress:
        spec["policy_types"].append("Egress")
        spec["egress"] = [egress]
    if ingress:
        spec["policy_types"].append("Ingress")
        spec["ingress"] = [ingress]
    return NetworkPolicy(name, metadata=part.meta, spec=spec, opts=part.child)


def _peers(side: str, pods: Mapping[str, str], endpoint: Endpoint) -> Spec:
    return {
        side: [{"pod_selector": {"match_labels": pods}}],
        "ports": _tcp(endpoint.ports),
    }


def _tcp(ports: tuple[int, ...]) -> list[Spec]:
    return [{"protocol": "TCP", "port": port} for port in ports]
