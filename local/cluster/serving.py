"""Kubelets' serving certificates: asked for by themselves, granted here, signed by the cluster."""

from local.cluster.kubectl import kubectl, objects
from local.cluster.layout import Cluster

SIGNER = "kubernetes.io/kubelet-serving"


def approve(cluster: Cluster) -> None:
    """Grant what our nodes wait for. Who asks is proven by a client certificate."""
    ours = {f"system:node:{node.name}" for node in cluster.nodes}
    waiting = [
        request["metadata"]["name"]
        for request in objects(cluster, "certificatesigningrequests")
        if request["spec"]["signerName"] == SIGNER
        and request["spec"]["username"] in ours
        and not request.get("status", {}).get("conditions")
    ]
    if waiting:
        kubectl(cluster, "certificate", "approve", *waiting)


def granted(cluster: Cluster) -> bool:
    """Whether every kubelet holds its certificate."""
    return all(
        (node.home / "kubelet/pki/kubelet-server-current.pem").exists() for node in cluster.nodes
    )
