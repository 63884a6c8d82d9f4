"""What a container takes from its node is said beforehand."""

from __future__ import annotations

from collections.abc import Iterator

from policies.manifests import at
from policies.policy import Manifest

# No limit on CPU: throttling would cost latency where there is CPU to spare.
NEEDED = (("requests", "cpu"), ("requests", "memory"), ("limits", "memory"))


def unsized(container: Manifest) -> Iterator[str]:
    """Requests for CPU and memory, or the limit on memory, that are missing."""
    for kind, what in NEEDED:
        if not at(container, "resources", kind).get(what):
            yield f"sets no resources.{kind}.{what}"
