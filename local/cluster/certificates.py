"""Keys, certificates and kubeconfigs of a cluster, all made by kubeadm."""

import shutil
from pathlib import Path
from typing import Any

from local.cluster.files import write, write_yaml
from local.cluster.layout import API_PORT, DOMAIN, Cluster, Node
from local.cluster.run import run
from local.tools import binary

API_VERSION = "kubeadm.k8s.io/v1beta4"

ADMINISTRATOR = "super-admin.conf"
KUBE_PROXY = "system:kube-proxy"  # bound to system:node-proxier by Kubernetes itself
KUBE_ROUTER = "kube-router"


def ensure(cluster: Cluster, version: str) -> None:
    """Make what is missing. Existing keys stay, so an interrupted run is simply continued."""
    settings = [_settings(node, version) for node in cluster.nodes]
    first = settings[0]
    if not (cluster.pki / "sa.pub").exists():
        _kubeadm("init", "phase", "certs", "all", "--config", first)
    if not (cluster.identities / ADMINISTRATOR).exists():
        _kubeadm("init", "phase", "kubeconfig", "all", "--config", first, *_into(cluster))
        shutil.move(cluster.identities / "kubelet.conf", kubelet_identity(cluster.nodes[0]))
    for node, config in zip(cluster.nodes[1:], settings[1:], strict=True):
        if not kubelet_identity(node).exists():
            _kubeadm("init", "phase", "kubeconfig", "kubelet", "--config", config, *_into(cluster))
            shutil.move(cluster.identities / "kubelet.conf", kubelet_identity(node))
    for user in (KUBE_PROXY, KUBE_ROUTER):
        if not identity(cluster, user).exists():
            made = _kubeadm("kubeconfig", "user", "--client-name", user, "--config", first)
            write(identity(cluster, user), made)
    write(cluster.kubeconfig, (cluster.identities / "admin.conf").read_text())


def identity(cluster: Cluster, user: str) -> Path:
    """The kubeconfig of one of our processes."""
    return cluster.identities / f"{user.removeprefix('system:')}.conf"


def kubelet_identity(node: Node) -> Path:
    """The kubeconfig of a node's kubelet."""
    return node.cluster.identities / f"kubelet-{node.number}.conf"


def _kubeadm(*words: str | Path) -> str:
    return run(binary("kubeadm"), *words)


def _into(cluster: Cluster) -> tuple[str | Path, ...]:
    return ("--kubeconfig-dir", cluster.identities)


def _settings(node: Node, version: str) -> Path:
    cluster = node.cluster
    etcd_names = ["localhost", "127.0.0.1"]
    init: dict[str, Any] = {
        "apiVersion": API_VERSION,
        "kind": "InitConfiguration",
        "localAPIEndpoint": {"advertiseAddress": cluster.api_address, "bindPort": API_PORT},
        "nodeRegistration": {"name": node.name, "criSocket": f"unix://{node.socket}"},
    }
    whole: dict[str, Any] = {
        "apiVersion": API_VERSION,
        "kind": "ClusterConfiguration",
        "clusterName": cluster.name,
        "kubernetesVersion": version,
        "certificatesDir": str(cluster.pki),
        "encryptionAlgorithm": "ECDSA-P256",
        "networking": {
            "serviceSubnet": cluster.service_range,
            "podSubnet": cluster.pod_range,
            "dnsDomain": DOMAIN,
        },
        "etcd": {"local": {"serverCertSANs": etcd_names, "peerCertSANs": etcd_names}},
    }
    return write_yaml(cluster.config / f"kubeadm-{node.number}.yaml", init, whole)
