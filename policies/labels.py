"""Every part can be found by what it is and what it belongs to."""

from __future__ import annotations

from collections.abc import Iterator

from policies.manifests import at
from policies.policy import Manifest

NEEDED = ("app.kubernetes.io/name", "app.kubernetes.io/part-of")


def unlabelled(manifest: Manifest) -> Iterator[str]:
    """The recommended labels that are missing."""
    labels = at(manifest, "metadata", "labels")
    for label in NEEDED:
        if not labels.get(label):
            yield f"has no label {label}"
