"""Kubernetes is told how to see that a container works."""

from __future__ import annotations

from collections.abc import Iterator

from policies.policy import Manifest

PROBES = ("readinessProbe", "livenessProbe")


def unprobed(container: Manifest) -> Iterator[str]:
    """Probes that a container which serves must have, and has not."""
    for probe in PROBES:
        if not container.get(probe):
            yield f"has no {probe}"
