"""One pod with one disk."""

from collections.abc import Mapping

from components.component import Spec


def single(name: str, labels: Mapping[str, str], pod: Spec, *, storage: str) -> Spec:
    """A StatefulSet of one replica, behind the service of its name; its disk is called `data`."""
    return {
        "replicas": 1,
        "service_name": name,
        "selector": {"match_labels": labels},
        "template": pod,
        "volume_claim_templates": [_claim("data", storage)],
    }


def _claim(name: str, size: str) -> Spec:
    """A disk of the cluster's default class."""
    return {
        "metadata": {"name": name},
        "spec": {
            "access_modes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": size}},
        },
    }
