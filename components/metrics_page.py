"""A web server for one folder, in which a file has figures as Prometheus reads them."""

from collections.abc import Mapping

from components import versions
from components.component import Spec
from components.pods import Resources

PORT = 9100
FILE = "metrics.txt"


def server(folder: str) -> Spec:
    """The container, without probes."""
    return {
        "name": "metrics",
        "image": versions.BUSYBOX_IMAGE,
        "command": ["httpd", "-f", "-p", str(PORT), "-h", folder],
        "ports": [{"name": "metrics", "container_port": PORT}],
        "resources": Resources(cpu="5m", memory="16Mi").spec,
    }


def service(labels: Mapping[str, str]) -> Spec:
    """Where it is found."""
    return {"selector": labels, "ports": [{"name": "metrics", "port": PORT}]}
