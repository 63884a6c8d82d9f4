"""etcd, the API server, the controllers and the scheduler, all on a cluster's first node."""

from pathlib import Path

from local.cluster import encryption, heartbeat
from local.cluster.files import write
from local.cluster.layout import API_PORT, DOMAIN, Cluster
from local.cluster.program import FRUGAL, Program, on_node
from local.tools import binary

SETTINGS = Path(__file__).parent / "settings"
ISSUER = f"https://kubernetes.default.svc.{DOMAIN}"


def programs(cluster: Cluster) -> tuple[Program, ...]:
    """The control plane, in the order in which it starts."""
    return (_etcd(cluster), _api_server(cluster), _controllers(cluster), _scheduler(cluster))


def _etcd(cluster: Cluster) -> Program:
    here = "https://127.0.0.1"
    pki = cluster.pki / "etcd"
    flags = {
        "name": cluster.name,
        "data-dir": cluster.home / "etcd",
        "listen-client-urls": f"{here}:2379",
        "advertise-client-urls": f"{here}:2379",
        "listen-peer-urls": f"{here}:2380",
        "initial-advertise-peer-urls": f"{here}:2380",
        "initial-cluster": f"{cluster.name}={here}:2380",
        "cert-file": pki / "server.crt",
        "key-file": pki / "server.key",
        "client-cert-auth": True,
        "trusted-ca-file": pki / "ca.crt",
        "peer-cert-file": pki / "peer.crt",
        "peer-key-file": pki / "peer.key",
        "peer-client-cert-auth": True,
        "peer-trusted-ca-file": pki / "ca.crt",
        "auto-compaction-retention": "10m",
        "snapshot-count": 1000,
        "snapshot-catchup-entries": 500,
        "log-level": "warn",
        # A power cut may cost this cluster's state; it is rebuilt by a command.
        "unsafe-no-fsync": True,
    }
    return _program(cluster, "etcd", flags)


def _api_server(cluster: Cluster) -> Program:
    pki = cluster.pki
    sealed = encryption.ensure_key(cluster)
    audit = write(cluster.config / "audit.yaml", (SETTINGS / "audit.yaml").read_text())
    admission = write(cluster.config / "admission.yaml", (SETTINGS / "admission.yaml").read_text())
    logs = cluster.home / "audit"
    logs.mkdir(exist_ok=True)
    flags = {
        "advertise-address": cluster.api_address,
        "secure-port": API_PORT,
        "service-cluster-ip-range": cluster.service_range,
        "tls-cert-file": pki / "apiserver.crt",
        "tls-private-key-file": pki / "apiserver.key",
        "tls-min-version": "VersionTLS12",
        # Who may come in
        "anonymous-auth": False,
        "client-ca-file": pki / "ca.crt",
        "authorization-mode": "Node,RBAC",
        "enable-admission-plugins": "NodeRestriction",
        "admission-control-config-file": admission,
        "service-account-issuer": ISSUER,
        "service-account-key-file": pki / "sa.pub",
        "service-account-signing-key-file": pki / "sa.key",
        "requestheader-client-ca-file": pki / "front-proxy-ca.crt",
        "requestheader-allowed-names": "front-proxy-client",
        "requestheader-username-headers": "X-Remote-User",
        "requestheader-group-headers": "X-Remote-Group",
        "requestheader-extra-headers-prefix": "X-Remote-Extra-",
        "proxy-client-cert-file": pki / "front-proxy-client.crt",
        "proxy-client-key-file": pki / "front-proxy-client.key",
        # What it keeps
        "etcd-servers": "https://127.0.0.1:2379",
        "etcd-cafile": pki / "etcd" / "ca.crt",
        "etcd-certfile": pki / "apiserver-etcd-client.crt",
        "etcd-keyfile": pki / "apiserver-etcd-client.key",
        "encryption-provider-config": sealed,
        "audit-policy-file": audit,
        "audit-log-path": logs / "audit.log",
        "audit-log-maxsize": 20,
        "audit-log-maxbackup": 2,
        # How it reaches the nodes
        "kubelet-certificate-authority": pki / "ca.crt",
        "kubelet-client-certificate": pki / "apiserver-kubelet-client.crt",
        "kubelet-client-key": pki / "apiserver-kubelet-client.key",
        "kubelet-preferred-address-types": "InternalIP",
        "profiling": False,
    }
    reads = (sealed, audit, admission)
    return _program(cluster, "kube-apiserver", flags, reads=reads)


def _controllers(cluster: Cluster) -> Program:
    pki = cluster.pki
    identity = cluster.identities / "controller-manager.conf"
    flags = {
        **_client(identity),
        "bind-address": "127.0.0.1",
        "service-cluster-ip-range": cluster.service_range,
        "root-ca-file": pki / "ca.crt",
        "service-account-private-key-file": pki / "sa.key",
        "use-service-account-credentials": True,
        "cluster-signing-cert-file": pki / "ca.crt",
        "cluster-signing-key-file": pki / "ca.key",
        # The pods' ranges are the layout's, given to the nodes when they are declared.
        "allocate-node-cidrs": False,
        "flex-volume-plugin-dir": cluster.home / "plugins",
        "terminated-pod-gc-threshold": 100,
        "node-monitor-grace-period": f"{heartbeat.GRACE_SECONDS}s",
        "profiling": False,
    }
    return _program(cluster, "kube-controller-manager", flags)


def _scheduler(cluster: Cluster) -> Program:
    identity = cluster.identities / "scheduler.conf"
    flags = {**_client(identity), "bind-address": "127.0.0.1", "profiling": False}
    return _program(cluster, "kube-scheduler", flags)


def _client(identity: Path) -> dict[str, object]:
    """Of a process that works for the API server. There is one of each, so none is elected."""
    return {
        "kubeconfig": identity,
        "authentication-kubeconfig": identity,
        "authorization-kubeconfig": identity,
        "leader-elect": False,
    }


def _program(
    cluster: Cluster,
    name: str,
    flags: dict[str, object],
    *,
    reads: tuple[Path, ...] = (),
) -> Program:
    return Program(
        group=cluster.name,
        name=name,
        command=on_node(cluster.nodes[0], binary(name), flags),
        environment=FRUGAL,
        reads=reads,
    )
