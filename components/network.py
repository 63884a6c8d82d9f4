"""Who may talk to whom. A closed namespace denies everything; what is opened here is all there is.

The kubelet's probes need no rule: Kubernetes lets a node reach its own pods.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pulumi import Input, ResourceOptions
from pulumi_kubernetes.networking.v1 import NetworkPolicy

from components.component import Component, Spec

API_SERVER_PORTS = (443, 6443)


@dataclass(frozen=True, kw_only=True)
class Pods:
    """Some pods of a part: a name for the reader, and how Kubernetes finds them."""

    name: str
    namespace: Input[str]
    labels: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Endpoint(Pods):
    """Pods that listen."""

    ports: tuple[int, ...]


def open_path(
    owner: Component, client: Pods, to: Endpoint, opts: ResourceOptions | None = None
) -> list[NetworkPolicy]:
    """Both ends of one path: the client may leave for the endpoint, the endpoint lets it in."""
    leave: Spec = {"to": [_peer(to)], "ports": _tcp(to.ports)}
    enter: Spec = {"from_": [_peer(client)], "ports": _tcp(to.ports)}
    return [
        _allow(owner, f"{client.name}-to-{to.name}", client, {"egress": [leave]}, opts),
        _allow(owner, f"{to.name}-from-{client.name}", to, {"ingress": [enter]}, opts),
    ]


def open_to_address(
    owner: Component, client: Pods, *, name: str, address: str, port: Input[int]
) -> NetworkPolicy:
    """These pods may leave for one port of one machine outside of the cluster: an IPv4 address."""
    leave: Spec = {
        "to": [{"ip_block": {"cidr": f"{address}/32"}}],
        "ports": [{"protocol": "TCP", "port": port}],
    }
    return _allow(owner, f"{client.name}-to-{name}", client, {"egress": [leave]})


def open_to_everyone(
    owner: Component, to: Endpoint, opts: ResourceOptions | None = None
) -> NetworkPolicy:
    """Clients that are no pods may reach the endpoint: a front door, or an API server's webhook."""
    rules: Spec = {"ingress": [{"ports": _tcp(to.ports)}]}
    return _allow(owner, f"{to.name}-from-everyone", to, rules, opts)


def open_to_api_server(
    owner: Component, client: Pods, opts: ResourceOptions | None = None
) -> NetworkPolicy:
    """These pods may ask the Kubernetes API: operators, and what runs under one.

    The API server is no pod and its address differs by cluster, so the port is the bound.
    """
    rules: Spec = {"egress": [{"ports": _tcp(API_SERVER_PORTS)}]}
    return _allow(owner, f"{client.name}-to-api-server", client, rules, opts)


def close(owner: Component, opts: ResourceOptions | None = None) -> None:
    """Nothing in the owner's namespace may talk, but ask the cluster's DNS for a name."""
    name, opts = owner.pulumi_resource_name, opts or owner.child
    NetworkPolicy(f"{name}-deny", metadata=owner.meta, spec=DENY, opts=opts)
    NetworkPolicy(f"{name}-dns", metadata=owner.meta, spec=DNS, opts=opts)


DENY: Spec = {"pod_selector": {}, "policy_types": ["Ingress", "Egress"]}

DNS: Spec = {
    "pod_selector": {},
    "policy_types": ["Egress"],
    "egress": [
        {
            "to": [
                {
                    "namespace_selector": {
                        "match_labels": {"kubernetes.io/metadata.name": "kube-system"}
                    },
                    "pod_selector": {"match_labels": {"k8s-app": "kube-dns"}},
                }
            ],
            "ports": [{"protocol": protocol, "port": 53} for protocol in ("UDP", "TCP")],
        }
    ],
}


def _allow(
    owner: Component, name: str, pods: Pods, rules: Spec, opts: ResourceOptions | None = None
) -> NetworkPolicy:
    types = [direction.capitalize() for direction in rules]
    return NetworkPolicy(
        name,
        metadata={**owner.meta, "namespace": pods.namespace},
        spec={"pod_selector": {"match_labels": pods.labels}, "policy_types": types, **rules},
        opts=opts or owner.child,
    )


def _peer(pods: Pods) -> Spec:
    return {
        "namespace_selector": {"match_labels": {"kubernetes.io/metadata.name": pods.namespace}},
        "pod_selector": {"match_labels": pods.labels},
    }


def _tcp(ports: Sequence[int]) -> list[Spec]:
    return [{"protocol": "TCP", "port": port} for port in ports]
