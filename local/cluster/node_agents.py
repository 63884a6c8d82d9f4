"""The programs that make a network namespace a node: runtime, kubelet, proxy, policy agent."""

from pathlib import Path
from string import Template
from typing import Any

from local.cluster import certificates, heartbeat
from local.cluster.files import write, write_yaml
from local.cluster.layout import DOMAIN, HOST_ADDRESS, REGISTRY_PORT, Node
from local.cluster.pod_network import pod_network
from local.cluster.program import FRUGAL, Program, on_node
from local.tools import binary

SETTINGS = Path(__file__).parent / "settings"
PAUSE = "registry.k8s.io/pause:3.10.1"
# Where mount, iptables, ipset and conntrack are; a service manager's PATH may lack sbin.
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
RESTART_SECONDS = 1
"""How long a container that ended again within ten minutes waits at most: the least that a kubelet
takes. Minutes spare a crowd of nodes; on one machine somebody waits for them.
"""


def programs(node: Node) -> tuple[Program, ...]:
    """A node's agents, in the order in which they start."""
    return (_containerd(node), _kubelet(node), _kube_proxy(node), _kube_router(node))


def _containerd(node: Node) -> Program:
    config = node.home / "config"
    mirror = Template((SETTINGS / "mirror.toml").read_text())
    registry = f"http://{HOST_ADDRESS}:{REGISTRY_PORT}"
    write(config / "mirrors/_default/hosts.toml", mirror.substitute(registry=registry))
    settings = Template((SETTINGS / "containerd.toml").read_text()).substitute(
        root=node.home / "containerd",
        state=node.run / "containerd",
        socket=node.socket,
        pause=PAUSE,
        mirrors=config / "mirrors",
        cni=pod_network(node).parent,
        runc=binary("runc"),
    )
    written = write(config / "containerd.toml", settings)
    shim = binary("containerd-shim-runc-v2").parent
    return Program(
        group=node.name,
        name="containerd",
        command=on_node(node, binary("containerd"), {"config": written, "log-level": "warn"}),
        environment={**FRUGAL, "PATH": f"{shim}:{PATH}"},
        reads=(written,),
    )


def _kubelet(node: Node) -> Program:
    config = write_yaml(node.home / "config/kubelet.yaml", _kubelet_settings(node))
    root = node.home / "kubelet"
    flags = {
        "config": config,
        "kubeconfig": certificates.kubelet_identity(node),
        "root-dir": root,
        "cert-dir": root / "pki",
        "hostname-override": node.name,
        "node-ip": node.address,
    }
    return _program(node, "kubelet", flags, reads=(config,))


def _kubelet_settings(node: Node) -> dict[str, Any]:
    root = node.home / "kubelet"
    logs = node.home / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": node.address,
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": str(node.cluster.pki / "ca.crt")},
        },
        "authorization": {"mode": "Webhook"},
        # Its serving certificate is signed by the cluster, so that nobody has to look away.
        "serverTLSBootstrap": True,
        "clusterDNS": [node.cluster.dns],
        "clusterDomain": DOMAIN,
        "resolvConf": "",
        "containerRuntimeEndpoint": f"unix://{node.socket}",
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": f"/{node.cgroup}",
        "failCgroupV1": False,
        "failSwapOn": False,
        "nodeLeaseDurationSeconds": heartbeat.LEASE_SECONDS,
        "podLogsDir": str(logs),
        "volumePluginDir": str(root / "plugins"),
        "seccompDefault": True,
        "oomScoreAdj": 0,
        "serializeImagePulls": False,
        "containerLogMaxSize": "5Mi",
        "containerLogMaxFiles": 2,
        # The disk is the machine's, and may be fuller than a node's own would ever be.
        "imageGCHighThresholdPercent": 100,
        "imageGCLowThresholdPercent": 99,
        "evictionHard": {
            "memory.available": "100Mi",
            "nodefs.available": "500Mi",
            "imagefs.available": "500Mi",
        },
        "makeIPTablesUtilChains": False,
        "crashLoopBackOff": {"maxContainerRestartPeriod": f"{RESTART_SECONDS}s"},
    }


def _kube_proxy(node: Node) -> Program:
    settings = {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "mode": "nftables",
        # A service that leads somewhere else is followed at once, not once a second.
        "nftables": {"minSyncPeriod": "100ms"},
        "clusterCIDR": node.cluster.pod_range,
        "hostnameOverride": node.name,
        "clientConnection": {
            "kubeconfig": str(certificates.identity(node.cluster, certificates.KUBE_PROXY))
        },
        "metricsBindAddress": "127.0.0.1:10249",
        # The table's size is the machine's, not ours to set.
        "conntrack": {"maxPerCore": 0, "min": 0},
        "oomScoreAdj": 0,
    }
    config = write_yaml(node.home / "config/kube-proxy.yaml", settings)
    return _program(node, "kube-proxy", {"config": config}, reads=(config,))


def _kube_router(node: Node) -> Program:
    """Only its firewall: it enforces network policies, and neither routes nor proxies."""
    flags = {
        "kubeconfig": certificates.identity(node.cluster, certificates.KUBE_ROUTER),
        "hostname-override": node.name,
        "run-firewall": True,
        "run-router": False,
        "run-service-proxy": False,
        "run-loadbalancer": False,
        "service-cluster-ip-range": node.cluster.service_range,
        "metrics-port": 0,
    }
    return _program(node, "kube-router", flags)


def _program(
    node: Node, name: str, flags: dict[str, object], *, reads: tuple[Path, ...] = ()
) -> Program:
    return Program(
        group=node.name,
        name=name,
        command=on_node(node, binary(name), flags),
        environment={**FRUGAL, "PATH": PATH},
        reads=reads,
    )
