"""Who lives where: every name, address and folder of a cluster follows from its name and index."""

from dataclasses import dataclass
from pathlib import Path

from local.paths import CLUSTERS

RUN = Path("/run/bulwark")
NETNS = Path("/run/netns")

HOST_LINK = "bw-host"
HOST_ADDRESS = "10.76.0.1"
REGISTRY_PORT = 5000

API_PORT = 6443
DOMAIN = "cluster.local"
MOST_CLUSTERS = 16
MOST_NODES = 9


@dataclass(frozen=True)
class Cluster:
    """A control plane with its nodes. The index picks the address ranges, the name all else."""

    name: str
    index: int
    size: int = 1

    @property
    def nodes(self) -> tuple["Node", ...]:
        """The nodes, the first of which also carries the control plane."""
        return tuple(Node(self, number) for number in range(1, self.size + 1))

    @property
    def parts(self) -> tuple[str, ...]:
        """Its groups of processes: the control plane's, then each node's."""
        return (self.name, *(node.name for node in self.nodes))

    @property
    def bridge(self) -> str:
        """The host's end of the network that joins the nodes."""
        return f"bw-{self.index}"

    @property
    def gateway(self) -> str:
        """The host's address on the bridge."""
        return f"10.77.{self.index}.1"

    @property
    def node_range(self) -> str:
        """Where the nodes' addresses are taken from."""
        return f"10.77.{self.index}.0/24"

    @property
    def pod_range(self) -> str:
        """Where the pods' addresses are taken from."""
        return f"10.{80 + self.index}.0.0/16"

    @property
    def service_range(self) -> str:
        """Where the services' addresses are taken from."""
        return f"10.{96 + self.index}.0.0/16"

    @property
    def dns(self) -> str:
        """The cluster's name server."""
        return f"10.{96 + self.index}.0.10"

    @property
    def api_address(self) -> str:
        """The first node's address, where the API server listens."""
        return self.nodes[0].address

    @property
    def home(self) -> Path:
        """All that the cluster keeps on disk; `down` removes it."""
        return CLUSTERS / self.name

    @property
    def pki(self) -> Path:
        """Keys and certificates."""
        return self.home / "pki"

    @property
    def identities(self) -> Path:
        """The kubeconfigs of the cluster's own processes."""
        return self.home / "identities"

    @property
    def config(self) -> Path:
        """What the control plane's processes read at their start."""
        return self.home / "config"

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig."""
        return self.home / "kubeconfig"

    @property
    def volumes(self) -> Path:
        """Where the default StorageClass puts its volumes."""
        return self.home / "volumes"


@dataclass(frozen=True)
class Node:
    """A network namespace with a kubelet, a container runtime and their agents."""

    cluster: Cluster
    number: int

    @property
    def name(self) -> str:
        """As Kubernetes knows it."""
        return f"{self.cluster.name}-{self.number}"

    @property
    def address(self) -> str:
        """On the cluster's bridge."""
        return f"10.77.{self.cluster.index}.{1 + self.number}"

    @property
    def pod_range(self) -> str:
        """The part of the cluster's pod addresses that this node hands out."""
        return f"10.{80 + self.cluster.index}.{self.number}.0/24"

    @property
    def netns(self) -> str:
        """The network namespace's name."""
        return f"bw-{self.name}"

    @property
    def link(self) -> str:
        """The host's end of its cable. By numbers, as the kernel allows 15 letters."""
        return f"bw-{self.cluster.index}-{self.number}"

    @property
    def home(self) -> Path:
        """What the node keeps on disk."""
        return self.cluster.home / "nodes" / str(self.number)

    @property
    def run(self) -> Path:
        """What the node keeps until it stops: sockets, mounts, leases of pod addresses."""
        return RUN / self.name

    @property
    def socket(self) -> Path:
        """The container runtime's socket."""
        return self.run / "containerd.sock"

    @property
    def cgroup(self) -> str:
        """The parent of the node's pods in every cgroup controller."""
        return f"bulwark/{self.name}"
