"""Declares the objects of a JSON file, rendered to YAML instead of sent to a cluster."""

import json
import os
from pathlib import Path
from typing import Any

import pulumi
from pulumi_kubernetes import Provider

LATE = "known only at the update: "


class Declared(pulumi.CustomResource):
    """A Kubernetes object as plain data, under the type that its own class would give it."""

    def __init__(self, name: str, manifest: dict[str, Any], opts: pulumi.ResourceOptions) -> None:
        version = manifest["apiVersion"]
        group = version if "/" in version else f"core/{version}"
        super().__init__(f"kubernetes:{group}:{manifest['kind']}", name, manifest, opts)


def late(value: Any, known_later: pulumi.Output[str]) -> Any:
    """Plain data in which each text marked as late follows from what is yet to be made."""
    if isinstance(value, dict):
        return {key: late(item, known_later) for key, item in value.items()}
    if isinstance(value, list):
        return [late(item, known_later) for item in value]
    if isinstance(value, str) and value.startswith(LATE):
        return known_later.apply(lambda _: value.removeprefix(LATE))
    return value


folder = Path(os.environ["JUDGED"])
home = pulumi.ResourceOptions(
    provider=Provider("nowhere", render_yaml_to_directory=str(folder / "rendered"))
)
first = Declared(
    "first", {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "first"}}, home
)
for name, manifest in json.loads((folder / "objects.json").read_text()).items():
    Declared(name, late(manifest, first.id), home)
