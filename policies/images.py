"""Which image runs is decided by a change to this repository, never by a registry."""

from __future__ import annotations

from collections.abc import Iterator

from policies.policy import Manifest


def unpinned(container: Manifest) -> Iterator[str]:
    """An image without a digest or a tag of its own."""
    image = container.get("image") or ""
    last = image.rpartition("/")[2]  # a colon before it is a registry's port
    tag = last.partition(":")[2]
    if not image:
        yield "names no image"
    elif "@sha256:" not in image and tag in ("", "latest"):
        yield f"runs {image}, which may change under us; name a tag other than latest, or a digest"
