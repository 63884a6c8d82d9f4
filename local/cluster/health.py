"""Waiting for what was started, by asking it, with an end to patience."""

import http
import http.client
import socket
import ssl
import time
from collections.abc import Callable

from local.cluster import serving
from local.cluster.kubectl import condition, objects
from local.cluster.layout import API_PORT, Cluster
from local.errors import EngineError

API_SECONDS = 180.0
PORT_SECONDS = 60.0
NODE_SECONDS = 180.0
PAUSE_SECONDS = 0.1


def wait(for_what: str, ready: Callable[[], bool], *, seconds: float, part: str) -> None:
    """Until it is ready; the error names the log to read.

    Who cannot say is not ready: an API server that is too busy to answer is asked again.
    """
    deadline = time.monotonic() + seconds
    why = ""
    while True:
        try:
            if ready():
                return
        except EngineError as failed:
            why = f": {failed}"
        if time.monotonic() > deadline:
            raise EngineError(
                f"{for_what} is not ready after {seconds:.0f} s{why};"
                f" `python -m local logs {part}` shows why"
            )
        time.sleep(PAUSE_SECONDS)


def wait_api(cluster: Cluster) -> None:
    """Until the API server says that it and its etcd are ready."""
    part = f"{cluster.name}:kube-apiserver"
    wait(f"{cluster.name}'s API", lambda: api_ready(cluster), seconds=API_SECONDS, part=part)


def api_ready(cluster: Cluster) -> bool:
    """One question over TLS with a client certificate: cheaper than a run of kubectl."""
    context = ssl.create_default_context(cafile=str(cluster.pki / "ca.crt"))
    certificate = cluster.pki / "apiserver-kubelet-client"
    context.load_cert_chain(f"{certificate}.crt", f"{certificate}.key")
    link = http.client.HTTPSConnection(cluster.api_address, API_PORT, context=context, timeout=5)
    try:
        link.request("GET", "/readyz")
        return link.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        link.close()


def wait_port(address: str, port: int, *, part: str) -> None:
    """Until something listens there."""

    def listens() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((address, port)) == 0

    wait(f"{address}:{port}", listens, seconds=PORT_SECONDS, part=part)


def wait_nodes(cluster: Cluster) -> None:
    """Until every node is Ready and its kubelet holds a certificate to serve with."""

    def ready() -> bool:
        serving.approve(cluster)
        found = {node["metadata"]["name"]: node for node in objects(cluster, "nodes")}
        mine = (found.get(node.name, {}) for node in cluster.nodes)
        return all(condition(node, "Ready") for node in mine) and serving.granted(cluster)

    wait(f"{cluster.name}'s nodes", ready, seconds=NODE_SECONDS, part=cluster.nodes[0].name)
