"""The witness: one etcd over TLS, closed to all whom its administrator did not let in.

In dev there is one member, and its disk is the machine's; elsewhere three in three places.
"""

import json
import secrets
import ssl
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from local.cluster.files import write, write_yaml
from local.cluster.layout import DOMAIN
from local.cluster.program import FRUGAL, Program, in_network
from local.cluster.run import run
from local.edge.place import ADDRESS, GROUP, HOME, NETWORK
from local.errors import EngineError
from local.tools import binary

PORT = 2379
URL = f"https://{ADDRESS}:{PORT}"
PKI = HOME / "pki"
AUTHORITY = PKI / "etcd" / "ca.crt"
ADMINISTRATOR = "root"
PASSWORD = HOME / "password"
"""The administrator's, in a file that only the machine's may read."""
PATIENCE_SECONDS = 30.0


def program(version: str) -> Program:
    """What the supervisor runs; its keys are made if they are missing."""
    certificate = _certificate(version)
    here = "http://127.0.0.1:2380"
    flags = {
        "name": "witness",
        "data-dir": HOME / "etcd",
        "listen-client-urls": URL,
        "advertise-client-urls": URL,
        "listen-peer-urls": here,
        "initial-advertise-peer-urls": here,
        "initial-cluster": f"witness={here}",
        "cert-file": certificate.with_suffix(".crt"),
        "key-file": certificate.with_suffix(".key"),
        "auto-compaction-retention": "10m",
        # Passwords here are random and long: slow hashes would only keep a restart waiting.
        "bcrypt-cost": 4,
        "log-level": "warn",
    }
    return Program(
        group=GROUP,
        name="witness",
        command=in_network(NETWORK, binary("etcd"), flags),
        environment=FRUGAL,
        reads=(certificate.with_suffix(".crt"),),
    )


def close() -> None:
    """Wait until it answers, and see that it knows its administrator and nobody else unasked."""
    if not PASSWORD.exists():
        write(PASSWORD, secrets.token_urlsafe(32))
    known = {"name": ADMINISTRATOR, "password": PASSWORD.read_text()}
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            said = _ask("/v3/auth/authenticate", known)
            break
        except OSError as away:
            if time.monotonic() > deadline:
                raise EngineError(
                    f"the witness does not answer ({away}); `python -m local logs witness` says why"
                ) from None
            time.sleep(0.2)
    if "token" in said:
        return
    _ask("/v3/auth/user/add", known)
    _ask("/v3/auth/role/add", {"name": ADMINISTRATOR})
    _ask("/v3/auth/user/grant", {"user": ADMINISTRATOR, "role": ADMINISTRATOR})
    _ask("/v3/auth/enable", {})
    if "token" not in (said := _ask("/v3/auth/authenticate", known)):
        raise EngineError(f"the witness does not know its administrator: {said}")


def _ask(path: str, question: dict[str, str]) -> dict[str, Any]:
    """The answer, a refusal too."""
    context = ssl.create_default_context(cafile=str(AUTHORITY))
    request = urllib.request.Request(f"{URL}{path}", data=json.dumps(question).encode())  # noqa: S310 (it is https)
    try:
        with urllib.request.urlopen(request, context=context, timeout=2) as answer:  # noqa: S310 (the same)
            text = answer.read()
    except urllib.error.HTTPError as refused:
        text = refused.read()
    said: dict[str, Any] = json.loads(text)
    return said


def _certificate(version: str) -> Path:
    """Its certificate's path, less the suffix."""
    config = write_yaml(
        HOME / "kubeadm.yaml",
        {
            "apiVersion": "kubeadm.k8s.io/v1beta4",
            "kind": "InitConfiguration",
            "localAPIEndpoint": {"advertiseAddress": ADDRESS},
            "nodeRegistration": {"name": "witness"},
        },
        {
            "apiVersion": "kubeadm.k8s.io/v1beta4",
            "kind": "ClusterConfiguration",
            "clusterName": "witness",
            "kubernetesVersion": version,
            "certificatesDir": str(PKI),
            "encryptionAlgorithm": "ECDSA-P256",
            "networking": {"dnsDomain": DOMAIN},
            "etcd": {"local": {"serverCertSANs": [ADDRESS]}},
        },
    )
    server = PKI / "etcd" / "server"
    for phase, made in (("etcd-ca", AUTHORITY), ("etcd-server", server.with_suffix(".crt"))):
        if not made.exists():
            run(binary("kubeadm"), "init", "phase", "certs", phase, "--config", config)
    return server
