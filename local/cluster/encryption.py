"""Secrets at rest: the key with which the API server seals them before etcd sees them."""

import base64
import secrets
from pathlib import Path

from local.cluster.files import write_yaml
from local.cluster.layout import Cluster

KEY_BYTES = 32


def ensure_key(cluster: Cluster) -> Path:
    """The API server's encryption settings, with a key of this cluster's own, made once."""
    path = cluster.pki / "encryption.yaml"
    if path.exists():
        return path
    key = {"name": "first", "secret": base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}
    return write_yaml(
        path,
        {
            "apiVersion": "apiserver.config.k8s.io/v1",
            "kind": "EncryptionConfiguration",
            "resources": [
                {
                    "resources": ["secrets"],
                    "providers": [{"secretbox": {"keys": [key]}}, {"identity": {}}],
                }
            ],
        },
    )
