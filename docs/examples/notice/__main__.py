"""The notice in a namespace of its own."""

import sys
from pathlib import Path

import pulumi

# Pulumi runs this folder as a program; the repository's packages are found from its root.
sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from components.cluster import Cluster
from components.namespace import Namespace
from docs.examples.notice.notice import Notice


def notice(env: pulumi.Config) -> None:
    """A parts list of two, and one thing to know about them."""
    here = Cluster("primary", kubeconfig=env.require("kubeconfig")).here
    home = Namespace("notice", opts=here).name

    maintenance = Notice(
        "maintenance",
        namespace=home,
        text=env.require("text"),
        address=env.require("address"),
        opts=here,
    )

    pulumi.export("url", maintenance.url)


if __name__ == "__main__":
    notice(pulumi.Config())
