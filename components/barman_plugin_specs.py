"""The Barman Cloud plugin's pod, its rights and its certificates."""

from collections.abc import Mapping, Sequence

from components import further_versions
from components.component import Spec
from components.pods import Mount, Resources, hardened_pod, http_probe
from components.rights import RBAC, rule

PORT = 9090
HEALTH_PORT = 8081
USER = 65532
CERTIFICATES = "cert-manager.io/v1"
OURS = "barmancloud.cnpg.io"
LOOK = ["get", "list", "watch"]


READS: list[Spec] = [
    rule(OURS, ["objectstores"], LOOK),
    rule(RBAC, ["roles", "rolebindings"], LOOK),
    rule("postgresql.cnpg.io", ["backups", "clusters"], LOOK),
]
"""What it watches in every namespace: nothing of it is secret."""


def writes(secrets: Sequence[str]) -> list[Spec]:
    """What it may do where it is admitted.

    It makes a role for each database, and Kubernetes lets nobody give rights that he has not.
    """
    handed = [rule("", ["secrets"], LOOK, *secrets)] if secrets else []
    return [
        *handed,
        rule(RBAC, ["roles", "rolebindings"], ["create", "patch", "update"]),
        rule(OURS, ["objectstores/status"], ["get", "patch", "update"]),
        rule(OURS, ["objectstores/finalizers"], ["update"]),
        rule("postgresql.cnpg.io", ["clusters/finalizers"], ["update"]),
    ]


def secret_of(end: str) -> str:
    """Where the certificate of one end lies."""
    return f"barman-cloud-{end}-tls"


def certificate(end: str, *, issuer: str) -> Spec:
    """For one end of the calls between operator and plugin: `client` or `server`."""
    names = {"dnsNames": ["barman-cloud"]} if end == "server" else {}
    return {
        "secretName": secret_of(end),
        "commonName": "barman-cloud" if end == "server" else "barman-cloud-client",
        **names,
        "duration": "2160h",
        "renewBefore": "360h",
        "privateKey": {"algorithm": "ECDSA", "size": 256, "rotationPolicy": "Always"},
        "usages": [f"{end} auth"],
        "issuerRef": {"group": "cert-manager.io", "kind": "Issuer", "name": issuer},
    }


def pod_of(labels: Mapping[str, str], account: str) -> Spec:
    """The pod template, with the token of its own account."""
    container: Spec = {
        "name": "plugin",
        "image": further_versions.BARMAN_PLUGIN_IMAGE,
        "args": [
            "operator",
            "--server-cert=/server/tls.crt",
            "--server-key=/server/tls.key",
            "--client-cert=/client/tls.crt",
            f"--server-address=:{PORT}",
            f"--health-probe-bind-address=:{HEALTH_PORT}",
        ],
        "env": [{"name": "SIDECAR_IMAGE", "value": further_versions.BARMAN_SIDECAR_IMAGE}],
        "ports": [{"name": "grpc", "container_port": PORT}],
        "resources": Resources(cpu="10m", memory="128Mi").spec,
        "startup_probe": {
            "tcp_socket": {"port": PORT},
            "period_seconds": 1,
            "failure_threshold": 60,
        },
        "readiness_probe": http_probe("/readyz", HEALTH_PORT, period=5, failures=3),
        "liveness_probe": http_probe("/healthz", HEALTH_PORT, period=10, failures=6),
    }
    certificates = (
        Mount(name=end, path=f"/{end}", source={"secret": {"secret_name": secret_of(end)}})
        for end in ("server", "client")
    )
    return hardened_pod(
        container,
        labels=labels,
        user=USER,
        mounts=tuple(certificates),
        also={"automount_service_account_token": True, "service_account_name": account},
    )
