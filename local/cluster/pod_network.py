"""How a pod gets its cable: a bridge in the node, addresses from the node's range."""

import json
from pathlib import Path

from local.cluster.files import write
from local.cluster.layout import Node

NETWORK = "bulwark"
"""How the names of our pod networks begin."""


def pod_network(node: Node) -> Path:
    """The node's CNI settings. No masquerade: all pods of this machine are routed to."""
    bridge = {
        "type": "bridge",
        "bridge": "pods",
        "isGateway": True,
        "hairpinMode": True,
        "ipam": {
            "type": "host-local",
            "ranges": [[{"subnet": node.pod_range}]],
            "routes": [{"dst": "0.0.0.0/0"}],
            "dataDir": str(node.run / "leases"),
        },
    }
    ports = {"type": "portmap", "capabilities": {"portMappings": True}}
    network = {"cniVersion": "1.0.0", "name": f"{NETWORK}-{node.name}", "plugins": [bridge, ports]}
    return write(node.home / "config/cni/10-pods.conflist", json.dumps(network, indent=2))
